package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The header of every message, RFC 4271 section 4.1.
 *
 * <pre>
 *   0               16      18   19
 *   | marker, all 1 | length | type | ...
 * </pre>
 */
final class MessageHeader {
  static final int OPEN = 1;
  static final int UPDATE = 2;
  static final int NOTIFICATION = 3;
  static final int KEEPALIVE = 4;
  static final int ROUTE_REFRESH = 5;

  static final int LENGTH_OFFSET = 16;
  static final int TYPE_OFFSET = 18;
  static final int OPEN_MIN = 29;
  static final int UPDATE_MIN = 23;
  static final int NOTIFICATION_MIN = 21;
  static final int ROUTE_REFRESH_MIN = 23;

  private MessageHeader() {}

  /** The error of the header at {@code index}, all of which is there, or null (section 6.1). */
  static @Nullable MessageError check(ByteBuf in, int index, int maxLength) {
    if (in.getLong(index) != -1 || in.getLong(index + 8) != -1) {
      return MessageError.reset(
          NotificationCode.CONNECTION_NOT_SYNCHRONIZED, Bytes.EMPTY, "marker is not all ones");
    }
    int length = in.getUnsignedShort(index + LENGTH_OFFSET);
    int type = in.getUnsignedByte(index + TYPE_OFFSET);
    if (length < BgpMessage.HEADER_LENGTH || length > maxLength || !fits(type, length)) {
      return MessageError.reset(
          NotificationCode.BAD_MESSAGE_LENGTH,
          Bytes.copyOf(in, index + LENGTH_OFFSET, 2),
          "message of type " + type + " with length " + length);
    }
    if (type < OPEN || type > ROUTE_REFRESH) {
      return MessageError.reset(
          NotificationCode.BAD_MESSAGE_TYPE, Bytes.of((byte) type), "message type " + type);
    }
    return null;
  }

  /** Whether a message of the type may be as long; RFC 8654 never extends OPEN and KEEPALIVE. */
  private static boolean fits(int type, int length) {
    return switch (type) {
      case OPEN -> length >= OPEN_MIN && length <= BgpMessage.MAX_LENGTH;
      case UPDATE -> length >= UPDATE_MIN;
      case NOTIFICATION -> length >= NOTIFICATION_MIN;
      case KEEPALIVE -> length == BgpMessage.HEADER_LENGTH;
      case ROUTE_REFRESH -> length >= ROUTE_REFRESH_MIN;
      default -> true;
    };
  }

  /** Appends a header with an open length; returns where it starts. */
  static int begin(ByteBuf out, int type) {
    int start = out.writerIndex();
    out.writeLong(-1).writeLong(-1).writeShort(0).writeByte(type);
    return start;
  }

  /** Fills in the length of the message that started at {@code start}. */
  static void end(ByteBuf out, int start, int maxLength) {
    int length = out.writerIndex() - start;
    if (length > maxLength) {
      out.writerIndex(start);
      throw new IllegalArgumentException(
          "message of " + length + " octets, but at most " + maxLength + " fit");
    }
    out.setShort(start + LENGTH_OFFSET, length);
  }
}
