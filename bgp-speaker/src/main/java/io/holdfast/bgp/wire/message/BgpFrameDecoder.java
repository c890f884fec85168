package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.MessageError;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Splits one direction of a stream into whole messages, wherever its chunks end. Checks marker,
 * length and type (RFC 4271 section 6.1) as soon as a header is there. After an error, or after the
 * sink said stop, it takes no more. Belongs to one stream and one thread.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class BgpFrameDecoder {
  /** Takes whole messages. */
  @FunctionalInterface
  public interface Sink {
    /**
     * One message, header included, valid during the call only.
     *
     * @return false to stop: nothing that follows in the stream is looked at any more
     */
    boolean message(ByteBuf whole);
  }

  /** With the longest message that the session allows (4096 before OPENs are exchanged). */
  public BgpFrameDecoder(int maxLength) {
    throw new UnsupportedOperationException("not yet " + maxLength);
  }

  /** The longest message allowed from now on. */
  public void maxLength(int maxLength) {
    throw new UnsupportedOperationException("not yet " + maxLength);
  }

  /**
   * Takes the next chunk of the stream, all its readable bytes; it is not released.
   *
   * @return null, or the error of the frame at which the stream became unreadable
   */
  public @Nullable MessageError feed(ByteBuf chunk, Sink sink) {
    throw new UnsupportedOperationException("not yet " + chunk + sink);
  }

  /** Bytes of a message that is not whole yet; 0 at a message boundary. */
  public int pending() {
    throw new UnsupportedOperationException("not yet");
  }
}
