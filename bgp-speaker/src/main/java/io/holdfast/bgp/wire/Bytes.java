package io.holdfast.bgp.wire;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable string of octets with value equality, for data that the codec does not interpret.
 */
public final class Bytes {
  /** No octets. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] octets;

  private Bytes(byte[] octets) {
    this.octets = octets;
  }

  /** A copy of the array. */
  public static Bytes of(byte... octets) {
    return octets.length == 0 ? EMPTY : new Bytes(octets.clone());
  }

  /** A copy of {@code length} octets from {@code index}; the reader index is not moved. */
  public static Bytes copyOf(ByteBuf buffer, int index, int length) {
    if (length == 0) {
      return EMPTY;
    }
    byte[] octets = new byte[length];
    buffer.getBytes(index, octets);
    return new Bytes(octets);
  }

  /** From hexadecimal digits without separators. */
  public static Bytes ofHex(String digits) {
    return new Bytes(HexFormat.of().parseHex(digits));
  }

  /** Number of octets. */
  public int length() {
    return octets.length;
  }

  /** The octet at the index, 0–255. */
  public int octet(int index) {
    return octets[index] & 0xFF;
  }

  /** A copy. */
  public byte[] toArray() {
    return octets.clone();
  }

  /** Appends the octets to the buffer. */
  public void writeTo(ByteBuf out) {
    out.writeBytes(octets);
  }

  /** The octets as hexadecimal digits. */
  public String toHex() {
    return HexFormat.of().formatHex(octets);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(octets, that.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  @Override
  public String toString() {
    return toHex();
  }
}
