package io.holdfast.failover.records;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes fields one behind the other from an index of a buffer on; the counterpart of {@link
 * FieldReader}. The buffer's position is neither used nor moved; a buffer that is too short throws
 * {@link IndexOutOfBoundsException}, for that is the caller's fault. Not thread-safe.
 */
public final class FieldWriter {
  private final ByteBuffer buffer;
  private final int from;
  private int at;

  public FieldWriter(ByteBuffer buffer, int from) {
    this.buffer = buffer;
    this.from = from;
    this.at = from;
  }

  public FieldWriter u8(int value) {
    buffer.put(at, (byte) value);
    at += 1;
    return this;
  }

  public FieldWriter u16(int value) {
    buffer.putShort(at, (short) value);
    at += 2;
    return this;
  }

  public FieldWriter i32(int value) {
    buffer.putInt(at, value);
    at += 4;
    return this;
  }

  public FieldWriter i64(long value) {
    buffer.putLong(at, value);
    at += 8;
    return this;
  }

  public FieldWriter flag(boolean value) {
    return u8(value ? 1 : 0);
  }

  public FieldWriter bytes(byte[] bytes) {
    buffer.put(at, bytes);
    at += bytes.length;
    return this;
  }

  /** At most 65,535 bytes, behind their u16 length. */
  public FieldWriter blob(byte[] bytes) {
    if (bytes.length > 0xffff) {
      throw new IllegalArgumentException(bytes.length + " bytes do not fit a u16 length");
    }
    return u16(bytes.length).bytes(bytes);
  }

  public FieldWriter text(String text) {
    return blob(text.getBytes(StandardCharsets.UTF_8));
  }

  /** An address with its scope id (0 for IPv4). */
  public FieldWriter address(InetAddress address) {
    byte[] bytes = address.getAddress();
    int scope = address instanceof Inet6Address v6 ? v6.getScopeId() : 0;
    return u8(bytes.length).bytes(bytes).i32(scope);
  }

  /** Bytes written so far. */
  public int length() {
    return at - from;
  }
}
