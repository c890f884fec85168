package io.holdfast.bgp.rib;

import io.holdfast.bgp.decision.Decision;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Which routes a neighbour is told, and with which attributes (RFC 4271 sections 5.1 and 9.1.3).
 */
final class Export {
  /** RFC 1997. */
  static final int NO_EXPORT = 0xFFFF_FF01;

  /** RFC 1997. */
  static final int NO_ADVERTISE = 0xFFFF_FF02;

  /** RFC 1997; without confederations it means what NO_EXPORT means. */
  static final int NO_EXPORT_SUBCONFED = 0xFFFF_FF03;

  /** UPDATE header, the two length fields, and one prefix of the longest kind. */
  private static final int UPDATE_OVERHEAD = 19 + 2 + 2 + 5;

  private Export() {}

  /** Whether the neighbour may be told; {@code own} is the table of what it told us. */
  static boolean allowed(long prefix, LocRoute route, Neighbor to, @Nullable AdjRibIn own) {
    AdjRibIn source = route.source();
    if (source != null && source == own) {
      return false; // Back to where it came from is a loop, and never news.
    }
    if (source != null && source.neighbor().internal() && to.internal()) {
      return false; // Section 9.2: internal routes are not passed on to internal peers.
    }
    PathAttributes attributes = route.attributes();
    if (attributes.hasCommunity(NO_ADVERTISE) || (!to.internal() && staysInside(attributes))) {
      return false;
    }
    return to.exports().accepts(prefix);
  }

  private static boolean staysInside(PathAttributes attributes) {
    return attributes.hasCommunity(NO_EXPORT) || attributes.hasCommunity(NO_EXPORT_SUBCONFED);
  }

  /** The attributes as this neighbour gets them; null if they are too long for any message. */
  static @Nullable PathAttributes rewrite(PathAttributes attributes, Neighbor to, long localAs) {
    PathAttributes outgoing =
        to.internal() ? internal(attributes, to) : external(attributes, to, localAs);
    int length = UPDATE_OVERHEAD + outgoing.encodedLength(to.options().fourOctetAs());
    return length > to.options().maxLength() ? null : outgoing;
  }

  private static PathAttributes external(PathAttributes attributes, Neighbor to, long localAs) {
    return attributes.exported(localAs, to.localAddress());
  }

  private static PathAttributes internal(PathAttributes attributes, Neighbor to) {
    boolean self = to.nextHopSelf() || attributes.nextHop() == 0;
    return attributes.toBuilder()
        .localPref(attributes.localPref(Decision.DEFAULT_LOCAL_PREF))
        .nextHop(self ? to.localAddress() : attributes.nextHop())
        .build();
  }
}
