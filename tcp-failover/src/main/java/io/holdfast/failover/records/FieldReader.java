package io.holdfast.failover.records;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads fields one behind the other from a range of a buffer and never beyond it: whatever the
 * bytes are, it returns a value or throws {@link RecordFormatException}. The buffer's own position
 * and limit are neither used nor moved. Not thread-safe.
 */
public final class FieldReader {
  private final ByteBuffer buffer;
  private final int from;
  private final int end;
  private final String what;
  private int at;

  /**
   * @param from index of the first byte
   * @param length bytes that may be read
   * @param what names the thing in error messages ("OPENED record at 4711")
   */
  public FieldReader(ByteBuffer buffer, int from, int length, String what) {
    this.buffer = buffer;
    this.what = what;
    this.from = from;
    this.at = from;
    this.end = from + length;
    if (from < 0 || length < 0 || end < from || end > buffer.limit()) {
      throw new RecordFormatException(
          what + ": " + length + " bytes announced, " + (buffer.limit() - from) + " there");
    }
  }

  /** 0 to 255. */
  public int u8(String field) {
    return buffer.get(take(1, field)) & 0xff;
  }

  /** 0 to 65,535. */
  public int u16(String field) {
    return buffer.getShort(take(2, field)) & 0xffff;
  }

  public int i32(String field) {
    return buffer.getInt(take(4, field));
  }

  public long i64(String field) {
    return buffer.getLong(take(8, field));
  }

  /** A u8 that is 0 or 1. */
  public boolean flag(String field) {
    int value = u8(field);
    if (value > 1) {
      throw wrong(field, "0 or 1", value);
    }
    return value == 1;
  }

  /** So many bytes, copied. */
  public byte[] bytes(int length, String field) {
    byte[] copy = new byte[length];
    buffer.get(take(length, field), copy);
    return copy;
  }

  /** Bytes behind a u16 length of at most {@code max}. */
  public byte[] blob(int max, String field) {
    int length = u16(field);
    if (length > max) {
      throw wrong(field, "at most " + max + " bytes", length);
    }
    return bytes(length, field);
  }

  /** UTF-8 text behind a u16 length of at most {@code max} bytes. */
  public String text(int max, String field) {
    byte[] bytes = blob(max, field);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new RecordFormatException(what + ": " + field + " is not UTF-8");
    }
  }

  /** An address; an IPv6 address keeps its scope id. */
  public InetAddress address(String field) {
    int length = u8(field);
    if (length != 4 && length != 16) {
      throw wrong(field, "an address of 4 or 16 bytes", length);
    }
    byte[] bytes = bytes(length, field);
    int scope = i32(field);
    try {
      return length == 16 && scope != 0
          ? Inet6Address.getByAddress(null, bytes, scope)
          : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new RecordFormatException(what + ": " + field + " is no address");
    }
  }

  /** Bytes not read yet. */
  public int remaining() {
    return end - at;
  }

  /** Throws if anything is left over. */
  public void finish() {
    if (at != end) {
      throw new RecordFormatException(
          what + ": " + (end - at) + " bytes left over behind byte " + (at - from));
    }
  }

  /** The exception for a value out of its range. */
  public RecordFormatException wrong(String field, String wanted, long found) {
    return new RecordFormatException(
        what
            + ": "
            + field
            + " before byte "
            + (at - from)
            + " must be "
            + wanted
            + ", found "
            + found);
  }

  private int take(int length, String field) {
    if (length > end - at) {
      throw new RecordFormatException(
          what
              + ": "
              + field
              + " at byte "
              + (at - from)
              + " needs "
              + length
              + " bytes, "
              + (end - at)
              + " left");
    }
    int index = at;
    at += length;
    return index;
  }
}
