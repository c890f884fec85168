package io.holdfast.logstore.remote;

import io.holdfast.logstore.remote.BadMessageException.Fault;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Takes fields from a body, big-endian; what is not there is a {@link BadMessageException}. */
final class MessageReader {
  private final ByteBuf body;

  MessageReader(ByteBuf body) {
    this.body = body;
  }

  private ByteBuf need(int bytes) throws BadMessageException {
    if (body.readableBytes() < bytes) {
      throw new BadMessageException(
          Fault.TRUNCATED, body.readableBytes() + " bytes where " + bytes + " are needed");
    }
    return body;
  }

  int u8() throws BadMessageException {
    return need(1).readUnsignedByte();
  }

  long u64() throws BadMessageException {
    return need(8).readLong();
  }

  /** A position, count or time: not negative. */
  long natural(String what) throws BadMessageException {
    long value = u64();
    if (value < 0) {
      throw new BadMessageException(Fault.VALUE, what + " " + Long.toUnsignedString(value));
    }
    return value;
  }

  /** A number of 32 bits from {@code least} to {@code most}. */
  int number(String what, int least, int most) throws BadMessageException {
    int value = need(4).readInt();
    if (value < least || value > most) {
      throw new BadMessageException(Fault.VALUE, what + " " + Integer.toUnsignedString(value));
    }
    return value;
  }

  /**
   * A text: two bytes with its length in UTF-8, then it. For people: without control characters.
   */
  String text(int longest) throws BadMessageException {
    int length = need(2).readUnsignedShort();
    if (length > longest) {
      throw new BadMessageException(Fault.VALUE, "a text of " + length + " bytes");
    }
    return need(length)
        .readCharSequence(length, StandardCharsets.UTF_8)
        .toString()
        .replaceAll("\\p{Cntrl}", "?");
  }

  /** One byte with the length, then so many bytes. */
  byte[] shortBytes() throws BadMessageException {
    byte[] bytes = new byte[u8()];
    need(bytes.length).readBytes(bytes);
    return bytes;
  }

  int remaining() {
    return body.readableBytes();
  }

  /** All that is left, behind so many bytes of room. */
  byte[] rest(int room) {
    byte[] bytes = new byte[room + body.readableBytes()];
    body.readBytes(bytes, room, bytes.length - room);
    return bytes;
  }

  void end() throws BadMessageException {
    if (body.isReadable()) {
      throw new BadMessageException(
          Fault.TOO_LONG, body.readableBytes() + " bytes behind the end of the message");
    }
  }
}
