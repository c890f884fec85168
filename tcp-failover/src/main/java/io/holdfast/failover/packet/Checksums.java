package io.holdfast.failover.packet;

import java.nio.ByteBuffer;

/**
 * The Internet checksum (RFC 1071), of IPv4 headers and of TCP with its pseudo header. No state.
 */
public final class Checksums {
  private Checksums() {}

  /**
   * Adds bytes to a sum of 16-bit words, which {@link #finish} makes a checksum.
   *
   * @param buffer big-endian
   * @param sum of what stands before, an even number of bytes; 0 at the start
   */
  public static long add(ByteBuffer buffer, int at, int length, long sum) {
    int i = at;
    int end = at + length;
    for (; end - i >= 4; i += 4) {
      sum += buffer.getInt(i) & 0xffff_ffffL;
    }
    if (end - i >= 2) {
      sum += buffer.getShort(i) & 0xffff;
      i += 2;
    }
    if (i < end) {
      sum += (buffer.get(i) & 0xff) << 8;
    }
    return sum;
  }

  /** Folds a sum and complements it: 0 to 65535, 0 where the bytes include their right checksum. */
  public static int finish(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) ~folded & 0xffff;
  }

  /** Of an IPv4 header as it stands there; what its own checksum field holds is counted in. */
  public static int ipv4Header(ByteBuffer buffer, int at, int headerLength) {
    return finish(add(buffer, at, headerLength, 0));
  }

  /**
   * Of a whole TCP segment with its pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1);
   * what its own checksum field holds is counted in.
   *
   * @param ip wrapped around the packet, all of whose bytes are there
   * @param at index of the IP header
   */
  public static int tcp(ByteBuffer buffer, int at, IpFlyweight ip) {
    int length = ip.totalLength() - ip.headerLength();
    long pseudo = (long) length + IpFlyweight.PROTOCOL_TCP;
    pseudo = ip.version() == 4 ? add(buffer, at + 12, 8, pseudo) : add(buffer, at + 8, 32, pseudo);
    return finish(add(buffer, at + ip.headerLength(), length, pseudo));
  }
}
