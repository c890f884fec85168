package io.holdfast.bgp.wire.nlri;

import inet.ipaddr.AddressStringException;
import inet.ipaddr.AddressStringParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.ipv4.IPv4Address;

/**
 * IPv4 prefixes packed in a {@code long}: {@code address << 8 | length}, address as an unsigned
 * 32-bit number without host bits, length 0–32. Packed prefixes are ≥ 0 and sort by address, then
 * by length. Text goes through the ipaddress library and is meant for edges, not for loops.
 */
public final class Prefixes {
  /** 0.0.0.0/0. */
  public static final long DEFAULT_ROUTE = 0;

  /** Four decimal numbers and at most a length: no ranges, wildcards, masks or short forms. */
  private static final IPAddressStringParameters STRICT =
      new IPAddressStringParameters.Builder()
          .allowEmpty(false)
          .allowAll(false)
          .allowSingleSegment(false)
          .allowMask(false)
          .allowPrefixOnly(false)
          .allowIPv6(false)
          .allow_inet_aton(false)
          .setRangeOptions(AddressStringParameters.RangeParameters.NO_RANGE)
          .toParams();

  private Prefixes() {}

  /**
   * Packs; host bits are cleared.
   *
   * @param address big-endian 32-bit address
   * @param length 0–32
   */
  public static long of(int address, int length) {
    return (address & mask(length) & 0xFFFF_FFFFL) << 8 | length;
  }

  /** The network address, big-endian 32 bits. */
  public static int address(long prefix) {
    return (int) (prefix >>> 8);
  }

  /** The length, 0–32. */
  public static int length(long prefix) {
    return (int) (prefix & 0xFF);
  }

  /** The network mask of a length, 0–32. */
  public static int mask(int length) {
    return length == 0 ? 0 : -1 << (32 - length);
  }

  /** Whether {@code inner} is {@code outer} or lies within it. */
  public static boolean covers(long outer, long inner) {
    int length = length(outer);
    return length <= length(inner) && (address(inner) & mask(length)) == address(outer);
  }

  /** Octets that the prefix takes on the wire, its length octet included: 1–5. */
  public static int encodedLength(long prefix) {
    return 1 + ((length(prefix) + 7) >>> 3);
  }

  /** Dotted text with its length, as in {@code 203.0.113.0/24}. */
  public static String text(long prefix) {
    return addressText(address(prefix)) + "/" + length(prefix);
  }

  /** Dotted text of an address. */
  public static String addressText(int address) {
    return new IPv4Address(address).toCanonicalString();
  }

  /**
   * Parses {@code a.b.c.d/n}.
   *
   * @throws IllegalArgumentException when it is no IPv4 prefix, or has host bits
   */
  public static long parse(String text) {
    IPAddress address = parseIpv4(text);
    Integer length = address.getNetworkPrefixLength();
    if (length == null) {
      throw new IllegalArgumentException("'" + text + "' has no prefix length");
    }
    int bits = address.toIPv4().intValue();
    if ((bits & ~mask(length)) != 0) {
      throw new IllegalArgumentException("'" + text + "' has bits beyond its length");
    }
    return of(bits, length);
  }

  /**
   * Parses {@code a.b.c.d}.
   *
   * @throws IllegalArgumentException when it is no IPv4 address
   */
  public static int parseAddress(String text) {
    IPAddress address = parseIpv4(text);
    if (address.getNetworkPrefixLength() != null) {
      throw new IllegalArgumentException("'" + text + "' is a prefix where an address belongs");
    }
    return address.toIPv4().intValue();
  }

  private static IPAddress parseIpv4(String text) {
    try {
      IPAddress address = new IPAddressString(text, STRICT).toAddress();
      if (address != null && address.isIPv4()) {
        return address;
      }
      throw new IllegalArgumentException("'" + text + "' is not an IPv4 address or prefix");
    } catch (AddressStringException e) {
      throw new IllegalArgumentException("'" + text + "' is not an IPv4 address or prefix", e);
    }
  }
}
