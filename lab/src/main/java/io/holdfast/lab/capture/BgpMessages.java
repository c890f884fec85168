package io.holdfast.lab.capture;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a stream into BGP messages. It is deliberately small and strict: anything that is no
 * message ends it, and {@link #flaw} says where.
 *
 * <p>Prefixes are read from the plain fields of an UPDATE and from MP_REACH_NLRI and
 * MP_UNREACH_NLRI for IPv4 unicast (RFC 4760), without path identifiers.
 */
public final class BgpMessages {
  private static final int HEADER_LENGTH = 19;
  private static final int MP_REACH_NLRI = 14;
  private static final int MP_UNREACH_NLRI = 15;

  private final List<BgpMessage> messages = new ArrayList<>();
  private String flaw = "";
  private long rest;

  private BgpMessages() {}

  /** Splits what one end sent. */
  public static BgpMessages in(TcpDirection direction) {
    BgpMessages result = new BgpMessages();
    result.split(direction);
    return result;
  }

  private void split(TcpDirection direction) {
    ByteBuffer bytes = ByteBuffer.wrap(direction.bytes());
    while (bytes.remaining() >= HEADER_LENGTH) {
      int start = bytes.position();
      if (bytes.getLong(start) != -1 || bytes.getLong(start + 8) != -1) {
        flaw = "no marker at offset " + start;
        return;
      }
      int length = Short.toUnsignedInt(bytes.getShort(start + 16));
      int type = bytes.get(start + 18);
      if (length < HEADER_LENGTH || type < 1 || type > 6) {
        flaw = "bad header at offset " + start + ": length " + length + ", type " + type;
        return;
      }
      if (bytes.remaining() < length) {
        break;
      }
      ByteBuffer body = bytes.slice(start + HEADER_LENGTH, length - HEADER_LENGTH);
      messages.add(message(direction.timeOf(start + length), start, length, type, body));
      bytes.position(start + length);
    }
    rest = bytes.remaining();
  }

  private static BgpMessage message(
      long micros, long offset, int length, int type, ByteBuffer body) {
    List<String> announced = new ArrayList<>();
    List<String> withdrawn = new ArrayList<>();
    String detail = "";
    if (type == BgpMessage.UPDATE) {
      update(body, announced, withdrawn);
    } else if (type == BgpMessage.NOTIFICATION) {
      detail = Byte.toUnsignedInt(body.get(0)) + "/" + Byte.toUnsignedInt(body.get(1));
    }
    return new BgpMessage(
        micros, offset, length, type, List.copyOf(announced), List.copyOf(withdrawn), detail);
  }

  private static void update(ByteBuffer body, List<String> announced, List<String> withdrawn) {
    prefixes(part(body, Short.toUnsignedInt(body.getShort())), withdrawn);
    ByteBuffer attributes = part(body, Short.toUnsignedInt(body.getShort()));
    while (attributes.hasRemaining()) {
      boolean extended = (attributes.get() & 0x10) != 0;
      int code = Byte.toUnsignedInt(attributes.get());
      int length =
          extended
              ? Short.toUnsignedInt(attributes.getShort())
              : Byte.toUnsignedInt(attributes.get());
      ByteBuffer value = part(attributes, length);
      if (code == MP_REACH_NLRI && isIpv4Unicast(value)) {
        part(value, Byte.toUnsignedInt(value.get()));
        value.get();
        prefixes(value, announced);
      } else if (code == MP_UNREACH_NLRI && isIpv4Unicast(value)) {
        prefixes(value, withdrawn);
      }
    }
    prefixes(body, announced);
  }

  private static boolean isIpv4Unicast(ByteBuffer value) {
    return value.getShort() == 1 && value.get() == 1;
  }

  private static ByteBuffer part(ByteBuffer from, int length) {
    ByteBuffer part = from.slice(from.position(), length);
    from.position(from.position() + length);
    return part;
  }

  private static void prefixes(ByteBuffer from, List<String> into) {
    while (from.hasRemaining()) {
      int bits = Byte.toUnsignedInt(from.get());
      byte[] address = new byte[4];
      from.get(address, 0, (bits + 7) / 8);
      into.add(
          "%d.%d.%d.%d/%d"
              .formatted(
                  address[0] & 0xff,
                  address[1] & 0xff,
                  address[2] & 0xff,
                  address[3] & 0xff,
                  bits));
    }
  }

  /** The messages in order. */
  public List<BgpMessage> messages() {
    return List.copyOf(messages);
  }

  /** How many messages of a type were complete at or after a time (microseconds). */
  public long count(int type, long sinceMicros) {
    return messages.stream()
        .filter(message -> message.type() == type && message.micros() >= sinceMicros)
        .count();
  }

  /** Bytes of a message that has begun and not ended. */
  public long unfinishedBytes() {
    return rest;
  }

  /** What is wrong with the stream, empty when nothing is. */
  public String flaw() {
    return flaw;
  }
}
