package io.holdfast.bgp.wire.nlri;

/**
 * An address family and subsequent address family, RFC 4760.
 *
 * @param afi 0–65535
 * @param safi 0–255
 */
public record AfiSafi(int afi, int safi) {
  /** Classic BGP routes. */
  public static final AfiSafi IPV4_UNICAST = new AfiSafi(1, 1);

  /** IPv6 routes. */
  public static final AfiSafi IPV6_UNICAST = new AfiSafi(2, 1);

  @Override
  public String toString() {
    if (equals(IPV4_UNICAST)) {
      return "ipv4-unicast";
    }
    return equals(IPV6_UNICAST) ? "ipv6-unicast" : "afi " + afi + " safi " + safi;
  }
}
