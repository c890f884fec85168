package io.holdfast.bgp.decision;

import io.holdfast.bgp.wire.attribute.PathAttributes;

/**
 * A route that may be chosen.
 *
 * @param attributes after import policy
 * @param learned from whom
 * @param routerId BGP identifier of the peer, unsigned; 0 for our own routes
 * @param peerAddress IPv4 address of the peer, unsigned; 0 for our own routes
 */
public record Candidate(PathAttributes attributes, Learned learned, int routerId, int peerAddress) {

  /** Where a route comes from. */
  public enum Learned {
    HERE,
    EXTERNAL,
    INTERNAL
  }
}
