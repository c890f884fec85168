package io.holdfast.bgp.wire.message;

/** A message of RFC 4271 section 4 or RFC 2918, immutable. */
public sealed interface BgpMessage extends Decoded
    permits Open, Update, Notification, Keepalive, RouteRefresh {
  /** Octets of the header that every message starts with: marker, length, type. */
  int HEADER_LENGTH = 19;

  /** The longest message without the extended-message capability. */
  int MAX_LENGTH = 4096;
}
