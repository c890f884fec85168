package io.holdfast.failover.packet;

import java.nio.ByteBuffer;

/**
 * An IPv4 (RFC 791) or IPv6 (RFC 8200) header. Owned by one thread.
 *
 * <pre>
 *   IPv4: version 4 bits, header length 4 bits, -, total length 2 @2, -, fragment 2 @6, TTL @8,
 *         protocol @9, checksum 2 @10, source 4 @12, destination 4 @16, options
 *   IPv6: version 4 bits, -, payload length 2 @4, next header @6, hop limit @7, source 16 @8,
 *         destination 16 @24, extension headers
 * </pre>
 */
public final class IpFlyweight {
  public static final int PROTOCOL_TCP = 6;

  /** The protocol of a packet whose transport header was not found. */
  public static final int PROTOCOL_UNKNOWN = -1;

  private static final int IPV4_TOTAL_LENGTH_OFFSET = 2;
  private static final int IPV4_FRAGMENT_OFFSET = 6;
  private static final int IPV4_PROTOCOL_OFFSET = 9;
  private static final int IPV4_SOURCE_OFFSET = 12;
  private static final int IPV4_DESTINATION_OFFSET = 16;
  private static final int IPV4_HEADER_LENGTH = 20;
  private static final int IPV6_PAYLOAD_LENGTH_OFFSET = 4;
  private static final int IPV6_NEXT_HEADER_OFFSET = 6;
  private static final int IPV6_SOURCE_OFFSET = 8;
  private static final int IPV6_DESTINATION_OFFSET = 24;
  private static final int IPV6_HEADER_LENGTH = 40;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION_OPTIONS = 60;

  /** Extension headers that are looked through; a packet with more is not ours. */
  private static final int MOST_EXTENSIONS = 8;

  /** The upper half of an IPv4 address as an IPv4-mapped one: {@code ::ffff:a.b.c.d}. */
  private static final long MAPPED = 0xffff_0000_0000L;

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int at;
  private int version;
  private int headerLength;
  private int totalLength;
  private int protocol = PROTOCOL_UNKNOWN;
  private boolean fragment;

  /**
   * Looks at a packet.
   *
   * @param buffer big-endian
   * @param at index of the IP header's first byte
   * @param captured bytes that are there
   * @param full bytes of the whole packet as the kernel says; used where the header cannot say it
   * @return whether the header is whole and consistent; if not, nothing may be asked
   */
  public boolean wrap(ByteBuffer buffer, int at, int captured, int full) {
    this.buffer = buffer;
    this.at = at;
    this.protocol = PROTOCOL_UNKNOWN;
    this.fragment = false;
    if (captured < 1 || at < 0 || captured > buffer.limit() - at) {
      return false;
    }
    version = (buffer.get(at) & 0xff) >> 4;
    return switch (version) {
      case 4 -> wrapIpv4(captured, full);
      case 6 -> wrapIpv6(captured, full);
      default -> false;
    };
  }

  private boolean wrapIpv4(int captured, int full) {
    if (captured < IPV4_HEADER_LENGTH) {
      return false;
    }
    headerLength = (buffer.get(at) & 15) * 4;
    int said = buffer.getShort(at + IPV4_TOTAL_LENGTH_OFFSET) & 0xffff;
    // 0: larger than 65,535 bytes (BIG TCP), the kernel knows how large
    totalLength = said == 0 ? full : said;
    if (headerLength < IPV4_HEADER_LENGTH
        || headerLength > captured
        || headerLength > totalLength
        || totalLength > full) {
      return false;
    }
    // more fragments, or an offset: the TCP header may be elsewhere
    fragment = (buffer.getShort(at + IPV4_FRAGMENT_OFFSET) & 0x3fff) != 0;
    protocol = buffer.get(at + IPV4_PROTOCOL_OFFSET) & 0xff;
    return true;
  }

  private boolean wrapIpv6(int captured, int full) {
    if (captured < IPV6_HEADER_LENGTH) {
      return false;
    }
    int said = buffer.getShort(at + IPV6_PAYLOAD_LENGTH_OFFSET) & 0xffff;
    // 0: a jumbogram (RFC 2675), the kernel knows how large
    totalLength = said == 0 ? full : said + IPV6_HEADER_LENGTH;
    if (totalLength > full) {
      return false;
    }
    return extensions(Math.min(captured, totalLength));
  }

  /** RFC 8200 section 4: walks to the transport header, bounded in bytes and in number. */
  private boolean extensions(int bound) {
    int next = buffer.get(at + IPV6_NEXT_HEADER_OFFSET) & 0xff;
    int length = IPV6_HEADER_LENGTH;
    for (int i = 0; isExtension(next); i++) {
      if (i == MOST_EXTENSIONS || bound - length < 8) {
        return false;
      }
      int size = extensionLength(next, buffer.get(at + length + 1) & 0xff);
      if (size > bound - length) {
        return false;
      }
      if (next == FRAGMENT) {
        fragment |= (buffer.getShort(at + length + 2) & 0xfff9) != 0;
      }
      next = buffer.get(at + length) & 0xff;
      length += size;
    }
    headerLength = length;
    protocol = next;
    return true;
  }

  private static boolean isExtension(int header) {
    return switch (header) {
      case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
      default -> false;
    };
  }

  private static int extensionLength(int header, int said) {
    return switch (header) {
      case FRAGMENT -> 8;
      case AUTHENTICATION -> (said + 2) * 4; // RFC 4302 section 2.2
      default -> (said + 1) * 8;
    };
  }

  /** 4 or 6. */
  public int version() {
    return version;
  }

  /** Bytes before the transport header, options and extension headers included. */
  public int headerLength() {
    return headerLength;
  }

  /** Bytes of the whole packet. */
  public int totalLength() {
    return totalLength;
  }

  /** The transport protocol, such as {@link #PROTOCOL_TCP}. */
  public int protocol() {
    return protocol;
  }

  /** Whether it is a part of a packet: then there may be no transport header in it. */
  public boolean fragment() {
    return fragment;
  }

  /** Upper half of the source address; 0 for IPv4. */
  public long sourceHigh() {
    return version == 4 ? 0 : buffer.getLong(at + IPV6_SOURCE_OFFSET);
  }

  /** Lower half of the source address; IPv4 as {@code ::ffff:a.b.c.d}. */
  public long sourceLow() {
    return version == 4
        ? MAPPED | (buffer.getInt(at + IPV4_SOURCE_OFFSET) & 0xffff_ffffL)
        : buffer.getLong(at + IPV6_SOURCE_OFFSET + 8);
  }

  /** Upper half of the destination address; 0 for IPv4. */
  public long destinationHigh() {
    return version == 4 ? 0 : buffer.getLong(at + IPV6_DESTINATION_OFFSET);
  }

  /** Lower half of the destination address; IPv4 as {@code ::ffff:a.b.c.d}. */
  public long destinationLow() {
    return version == 4
        ? MAPPED | (buffer.getInt(at + IPV4_DESTINATION_OFFSET) & 0xffff_ffffL)
        : buffer.getLong(at + IPV6_DESTINATION_OFFSET + 8);
  }

  /** Upper half of an address as the accessors above give it. */
  public static long high(byte[] address) {
    return address.length == 4 ? 0 : ByteBuffer.wrap(address).getLong();
  }

  /** Lower half of an address as the accessors above give it. */
  public static long low(byte[] address) {
    return address.length == 4
        ? MAPPED | (ByteBuffer.wrap(address).getInt() & 0xffff_ffffL)
        : ByteBuffer.wrap(address).getLong(8);
  }
}
