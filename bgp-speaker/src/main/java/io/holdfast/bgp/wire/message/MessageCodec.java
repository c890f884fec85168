package io.holdfast.bgp.wire.message;

import io.netty.buffer.ByteBuf;

/** Between whole messages and values. Stateless; any thread. */
@SuppressWarnings("DoNotCallSuggester")
public final class MessageCodec {
  private MessageCodec() {}

  /**
   * Decodes one whole message, header included.
   *
   * @param message readable bytes are exactly one message, as {@link BgpFrameDecoder} gives it; not
   *     released, reader index unspecified afterwards
   * @return the message, or {@link Malformed}; never throws because of the content
   */
  public static Decoded decode(ByteBuf message, SessionOptions options) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Appends the message to the buffer, header included.
   *
   * @throws IllegalArgumentException when it does not fit into {@code options.maxLength()}; an
   *     UPDATE with many prefixes goes through {@link UpdatePacker}
   */
  public static void encode(BgpMessage message, SessionOptions options, ByteBuf out) {
    throw new UnsupportedOperationException("not yet");
  }
}
