package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.MessageError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits one direction of a stream into whole messages, wherever its chunks end. Checks marker,
 * length and type (RFC 4271 section 6.1) as soon as a header is there. After an error, or after the
 * sink said stop, it takes no more. Belongs to one stream and one thread.
 *
 * <p>A message that lies whole in a chunk is handed on as a slice of it; only one that is cut by
 * the end of a chunk is put together in a buffer of its own.
 */
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

  private int maxLength;
  private byte[] partial = new byte[256];
  private int partialLength;
  private boolean stopped;
  private @Nullable MessageError failure;

  /** With the longest message that the session allows (4096 before OPENs are exchanged). */
  public BgpFrameDecoder(int maxLength) {
    this.maxLength = maxLength;
  }

  /** The longest message allowed from now on. */
  public void maxLength(int maxLength) {
    this.maxLength = maxLength;
  }

  /**
   * Takes the next chunk of the stream, all its readable bytes; it is not released.
   *
   * @return null, or the error of the frame at which the stream became unreadable, again at every
   *     later call
   */
  public @Nullable MessageError feed(ByteBuf chunk, Sink sink) {
    while (chunk.isReadable() && failure == null && !stopped) {
      boolean more = partialLength > 0 ? complete(chunk, sink) : take(chunk, sink);
      if (!more) {
        break;
      }
    }
    return failure;
  }

  /** Bytes of a message that is not whole yet; 0 at a message boundary. */
  public int pending() {
    return partialLength;
  }

  /** Hands on the message at the head of the chunk, or keeps what there is of it. */
  private boolean take(ByteBuf chunk, Sink sink) {
    int at = chunk.readerIndex();
    int available = chunk.readableBytes();
    if (available >= BgpMessage.HEADER_LENGTH) {
      failure = MessageHeader.check(chunk, at, maxLength);
      if (failure != null) {
        return false;
      }
      int length = chunk.getUnsignedShort(at + MessageHeader.LENGTH_OFFSET);
      if (length <= available) {
        stopped = !sink.message(chunk.readSlice(length));
        return !stopped;
      }
    }
    keep(chunk, available);
    return false;
  }

  /** Adds to the message that an earlier chunk began. */
  private boolean complete(ByteBuf chunk, Sink sink) {
    if (partialLength < BgpMessage.HEADER_LENGTH) {
      keep(chunk, Math.min(chunk.readableBytes(), BgpMessage.HEADER_LENGTH - partialLength));
      if (partialLength < BgpMessage.HEADER_LENGTH) {
        return false;
      }
    }
    ByteBuf whole = Unpooled.wrappedBuffer(partial, 0, partialLength);
    failure = MessageHeader.check(whole, 0, maxLength);
    if (failure != null) {
      return false;
    }
    int length = whole.getUnsignedShort(MessageHeader.LENGTH_OFFSET);
    keep(chunk, Math.min(chunk.readableBytes(), length - partialLength));
    if (partialLength < length) {
      return false;
    }
    partialLength = 0;
    stopped = !sink.message(Unpooled.wrappedBuffer(partial, 0, length));
    return !stopped;
  }

  private void keep(ByteBuf chunk, int count) {
    if (partialLength + count > partial.length) {
      partial = Arrays.copyOf(partial, Math.max(maxLength, partialLength + count));
    }
    chunk.readBytes(partial, partialLength, count);
    partialLength += count;
  }
}
