package io.holdfast.bgp.wire.nlri;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * IPv4 prefixes on the wire, RFC 4271 section 4.3: a length octet and as few octets as it needs.
 */
public final class NlriCodec {
  private static final int MAX_LENGTH = 32;

  private NlriCodec() {}

  /**
   * Reads all prefixes of a field; bits beyond a prefix's length are ignored, as the RFC says.
   *
   * @return the prefixes, or null when the field is malformed (RFC 7606 section 5.3)
   */
  public static @Nullable Nlri decode(ByteBuf in, int index, int length) {
    if (length == 0) {
      return Nlri.EMPTY;
    }
    int count = count(in, index, length);
    if (count < 0) {
      return null;
    }
    long[] prefixes = new long[count];
    int at = index;
    for (int i = 0; i < count; i++) {
      int bits = in.getUnsignedByte(at++);
      int octets = (bits + 7) >>> 3;
      int address = 0;
      for (int j = 0; j < octets; j++) {
        address |= in.getUnsignedByte(at + j) << (24 - 8 * j);
      }
      at += octets;
      prefixes[i] = Prefixes.of(address, bits);
    }
    return Nlri.adopt(prefixes);
  }

  private static int count(ByteBuf in, int index, int length) {
    int end = index + length;
    int count = 0;
    for (int at = index; at < end; count++) {
      int bits = in.getUnsignedByte(at);
      at += 1 + ((bits + 7) >>> 3);
      if (bits > MAX_LENGTH || at > end) {
        return -1;
      }
    }
    return count;
  }

  /** Appends one prefix. */
  public static void encode(long prefix, ByteBuf out) {
    int bits = Prefixes.length(prefix);
    int address = Prefixes.address(prefix);
    out.writeByte(bits);
    for (int shift = 24; bits > 0; bits -= 8, shift -= 8) {
      out.writeByte(address >>> shift);
    }
  }

  /** Appends all. */
  public static void encode(Nlri nlri, ByteBuf out) {
    for (int i = 0; i < nlri.size(); i++) {
      encode(nlri.prefix(i), out);
    }
  }
}
