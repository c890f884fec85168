package io.holdfast.bgp.session;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What two OPENs mean together (RFC 4271 sections 4.2 and 6.2). Pure functions. */
final class Negotiation {
  private Negotiation() {}

  /** The OPEN that we send to this peer. */
  static Open offer(RouterSettings router, PeerSettings peer) {
    return Open.of(
        router.as(), peer.holdSeconds(), router.routerId(), List.of(AfiSafi.IPV4_UNICAST));
  }

  /** Why this OPEN is not acceptable from this peer, or null. */
  static @Nullable Notification refusal(Open open, RouterSettings router, PeerSettings peer) {
    if (open.asn() != peer.as()) {
      return Notification.of(NotificationCode.BAD_PEER_AS);
    }
    // RFC 6286 section 2.1: not zero, and unique within an autonomous system.
    if (open.bgpIdentifier() == 0
        || (peer.internal() && open.bgpIdentifier() == router.routerId())) {
      return Notification.of(NotificationCode.BAD_BGP_IDENTIFIER);
    }
    if (open.holdTime() == 1 || open.holdTime() == 2) {
      return Notification.of(NotificationCode.UNACCEPTABLE_HOLD_TIME);
    }
    if (!open.families().contains(AfiSafi.IPV4_UNICAST)) {
      // RFC 5492 section 5: the data is the capability that we miss.
      return new Notification(
          NotificationCode.UNSUPPORTED_CAPABILITY.code(),
          NotificationCode.UNSUPPORTED_CAPABILITY.subcode(),
          Bytes.of((byte) 1, (byte) 4, (byte) 0, (byte) 1, (byte) 0, (byte) 1));
    }
    return null;
  }

  /** "The calculated value ... is the smaller of its configured Hold Time and the one received." */
  static int holdSeconds(Open ours, Open theirs) {
    return Math.min(ours.holdTime(), theirs.holdTime());
  }

  static SessionOptions options(Open ours, Open theirs, boolean internal) {
    return SessionOptions.of(ours.fourOctetAs() && theirs.fourOctetAs(), internal);
  }
}
