package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.netty.buffer.ByteBuf;

/** Between whole messages and values. Stateless; any thread. */
public final class MessageCodec {
  private MessageCodec() {}

  /**
   * Decodes one whole message, header included.
   *
   * @param message readable bytes are exactly one message, as {@link BgpFrameDecoder} gives it; not
   *     released, and its indexes are not moved
   * @return the message, or {@link Malformed}; never throws because of the content
   */
  public static Decoded decode(ByteBuf message, SessionOptions options) {
    int start = message.readerIndex();
    int length = message.readableBytes();
    if (length < BgpMessage.HEADER_LENGTH) {
      return cutShort(length);
    }
    MessageError header = MessageHeader.check(message, start, options.maxLength());
    if (header != null) {
      return new Malformed(header);
    }
    if (message.getUnsignedShort(start + MessageHeader.LENGTH_OFFSET) != length) {
      return cutShort(length);
    }
    int body = start + BgpMessage.HEADER_LENGTH;
    return switch (message.getUnsignedByte(start + MessageHeader.TYPE_OFFSET)) {
      case MessageHeader.OPEN -> OpenCodec.decode(message, body, start + length);
      case MessageHeader.UPDATE -> UpdateCodec.decode(message, body, start + length, options);
      case MessageHeader.NOTIFICATION ->
          new Notification(
              message.getUnsignedByte(body),
              message.getUnsignedByte(body + 1),
              Bytes.copyOf(message, body + 2, start + length - body - 2));
      case MessageHeader.KEEPALIVE -> new Keepalive();
      default ->
          new RouteRefresh(
              new AfiSafi(message.getUnsignedShort(body), message.getUnsignedByte(body + 3)),
              message.getUnsignedByte(body + 2));
    };
  }

  private static Malformed cutShort(int length) {
    return new Malformed(
        MessageError.reset(
            NotificationCode.BAD_MESSAGE_LENGTH,
            Bytes.of((byte) (length >>> 8), (byte) length),
            "length field does not match the " + length + " octets of the message"));
  }

  /**
   * Appends the message to the buffer, header included.
   *
   * @throws IllegalArgumentException when it does not fit into {@code options.maxLength()}, and the
   *     buffer is as before; an UPDATE with many prefixes goes through {@link UpdatePacker}
   */
  public static void encode(BgpMessage message, SessionOptions options, ByteBuf out) {
    switch (message) {
      case Open open -> OpenCodec.encode(open, out);
      case Update update -> UpdateCodec.encode(update, options, out);
      case Notification(int code, int subcode, Bytes data) -> {
        int start = MessageHeader.begin(out, MessageHeader.NOTIFICATION);
        out.writeByte(code).writeByte(subcode);
        data.writeTo(out);
        MessageHeader.end(out, start, options.maxLength());
      }
      case Keepalive() ->
          MessageHeader.end(
              out, MessageHeader.begin(out, MessageHeader.KEEPALIVE), BgpMessage.HEADER_LENGTH);
      case RouteRefresh(AfiSafi family, int subtype) -> {
        int start = MessageHeader.begin(out, MessageHeader.ROUTE_REFRESH);
        out.writeShort(family.afi()).writeByte(subtype).writeByte(family.safi());
        MessageHeader.end(out, start, options.maxLength());
      }
    }
  }
}
