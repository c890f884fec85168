package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.nlri.AfiSafi;

/**
 * A ROUTE-REFRESH, RFC 2918.
 *
 * @param family what to send again
 * @param subtype 0 for a request; 1 and 2 begin and end a refresh (RFC 7313), which we never
 *     negotiate and which is then to be ignored
 */
public record RouteRefresh(AfiSafi family, int subtype) implements BgpMessage {
  /** A request. */
  public RouteRefresh(AfiSafi family) {
    this(family, 0);
  }
}
