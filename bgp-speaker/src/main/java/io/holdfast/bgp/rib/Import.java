package io.holdfast.bgp.rib;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.Prefixes;

/**
 * Which routes of an Adj-RIB-In may be candidates (RFC 4271 sections 5.1.3, 9.1.2, 9.1.2.1).
 *
 * @param localAs ours
 * @param routerId our BGP identifier
 */
record Import(long localAs, int routerId) {

  boolean eligible(long prefix, PathAttributes attributes, Neighbor from) {
    // Section 9.1.2: "If the AS_PATH attribute of a BGP route contains an AS loop, the BGP route
    // should be excluded from the decision process." RFC 4456 says the same of our identifier.
    return attributes.asPathOccurrences(localAs) == 0
        && attributes.originatorId(0) != routerId
        && reachable(attributes.nextHop(), from)
        && from.imports().accepts(prefix);
  }

  /**
   * Section 5.1.3: never ourselves; and an external peer one hop away names itself or somebody on
   * the network that we share. Where that network is not known the peer is believed.
   */
  private static boolean reachable(int nextHop, Neighbor from) {
    if (nextHop == from.localAddress() || !unicast(nextHop)) {
      return false;
    }
    return from.internal()
        || from.connected() < 0
        || nextHop == from.address()
        || Prefixes.covers(from.connected(), Prefixes.of(nextHop, 32));
  }

  /** Not 0/8, 127/8, or class D and E. */
  private static boolean unicast(int address) {
    int first = address >>> 24;
    return first != 0 && first != 127 && first < 224;
  }
}
