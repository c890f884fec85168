package io.holdfast.bgp.wire.attribute;

import io.holdfast.bgp.wire.ErrorAction;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AttributeType.Fault;
import io.holdfast.bgp.wire.attribute.AttributeType.Rule;
import org.jspecify.annotations.Nullable;

/** What makes the value of each attribute malformed, RFC 7606 section 7 with its successors. */
final class AttributeRules {
  private static final Fault LENGTH =
      new Fault(ErrorAction.TREAT_AS_WITHDRAW, NotificationCode.ATTRIBUTE_LENGTH, "wrong length");
  private static final Fault LENGTH_DISCARD =
      new Fault(ErrorAction.ATTRIBUTE_DISCARD, NotificationCode.ATTRIBUTE_LENGTH, "wrong length");
  private static final Fault LENGTH_RESET =
      new Fault(ErrorAction.SESSION_RESET, NotificationCode.ATTRIBUTE_LENGTH, "wrong length");
  private static final Fault ORIGIN_VALUE =
      new Fault(ErrorAction.TREAT_AS_WITHDRAW, NotificationCode.INVALID_ORIGIN, "undefined value");
  private static final Fault NEXT_HOP_VALUE =
      new Fault(
          ErrorAction.TREAT_AS_WITHDRAW, NotificationCode.INVALID_NEXT_HOP, "not a host address");
  private static final Fault PATH_SEGMENTS =
      new Fault(ErrorAction.TREAT_AS_WITHDRAW, NotificationCode.MALFORMED_AS_PATH, "bad segment");
  private static final Fault PATH_ZERO =
      new Fault(ErrorAction.TREAT_AS_WITHDRAW, NotificationCode.MALFORMED_AS_PATH, "AS 0");
  private static final Fault AS4_PATH =
      new Fault(ErrorAction.ATTRIBUTE_DISCARD, NotificationCode.MALFORMED_AS_PATH, "bad segment");
  private static final Fault AGGREGATOR_ZERO =
      new Fault(ErrorAction.ATTRIBUTE_DISCARD, NotificationCode.OPTIONAL_ATTRIBUTE, "AS 0");

  private AttributeRules() {}

  /** RFC 7606 section 7.1. */
  static @Nullable Fault origin(byte[] octets, int at, int length, boolean fourOctetAs) {
    if (length != 1) {
      return LENGTH;
    }
    return Octets.unsigned(octets, at) > 2 ? ORIGIN_VALUE : null;
  }

  /**
   * RFC 7606 section 7.2, RFC 7607 section 2. Confederation segments (RFC 5065) from a peer outside
   * a confederation are malformed, and we are never inside one.
   */
  static @Nullable Fault asPath(byte[] octets, int at, int length, boolean fourOctetAs) {
    int width = fourOctetAs ? 4 : 2;
    int end = at + length;
    int next = at;
    while (next < end) {
      int kind = octets[next];
      int count = next + 1 < end ? Octets.unsigned(octets, next + 1) : 0;
      int after = next + 2 + count * width;
      if ((kind != AsPath.AS_SET && kind != AsPath.AS_SEQUENCE) || count == 0 || after > end) {
        return PATH_SEGMENTS;
      }
      for (int i = next + 2; i < after; i += width) {
        if ((fourOctetAs ? Octets.getInt(octets, i) : Octets.getShort(octets, i)) == 0) {
          return PATH_ZERO;
        }
      }
      next = after;
    }
    return null;
  }

  /** RFC 7606 section 7.3; RFC 4271 section 6.3: the address of a host. */
  static @Nullable Fault nextHop(byte[] octets, int at, int length, boolean fourOctetAs) {
    if (length != 4) {
      return LENGTH;
    }
    return isHost(Octets.getInt(octets, at)) ? null : NEXT_HOP_VALUE;
  }

  /** Neither 0.0.0.0/8, nor loopback, nor multicast, nor reserved. */
  static boolean isHost(int address) {
    int first = address >>> 24;
    return first != 0 && first != 127 && first < 224;
  }

  /** RFC 7606 sections 7.4, 7.5, 7.9. */
  static @Nullable Fault fourOctets(byte[] octets, int at, int length, boolean fourOctetAs) {
    return length == 4 ? null : LENGTH;
  }

  /** RFC 7606 section 7.6. */
  static @Nullable Fault empty(byte[] octets, int at, int length, boolean fourOctetAs) {
    return length == 0 ? null : LENGTH_DISCARD;
  }

  /** RFC 7606 section 7.7, RFC 7607 section 2. */
  static @Nullable Fault aggregator(byte[] octets, int at, int length, boolean fourOctetAs) {
    if (length != (fourOctetAs ? 8 : 6)) {
      return LENGTH_DISCARD;
    }
    int asn = fourOctetAs ? Octets.getInt(octets, at) : Octets.getShort(octets, at);
    return asn == 0 ? AGGREGATOR_ZERO : null;
  }

  /** RFC 7606 sections 7.8, 7.10, 7.14; RFC 8092 section 6: whole entries, and at least one. */
  static Rule listOf(int entry) {
    return (octets, at, length, fourOctetAs) -> length == 0 || length % entry != 0 ? LENGTH : null;
  }

  /** RFC 7606 section 7.11: where the routes stand is lost with its length. */
  static @Nullable Fault mpReach(byte[] octets, int at, int length, boolean fourOctetAs) {
    return length < 5 ? LENGTH_RESET : null;
  }

  /** RFC 7606 section 7.12. */
  static @Nullable Fault mpUnreach(byte[] octets, int at, int length, boolean fourOctetAs) {
    return length < 3 ? LENGTH_RESET : null;
  }

  /** RFC 6793 section 6. */
  static @Nullable Fault as4Path(byte[] octets, int at, int length, boolean fourOctetAs) {
    return length == 0 || asPath(octets, at, length, true) != null ? AS4_PATH : null;
  }

  /** RFC 6793 section 6. */
  static @Nullable Fault as4Aggregator(byte[] octets, int at, int length, boolean fourOctetAs) {
    if (length != 8) {
      return LENGTH_DISCARD;
    }
    return Octets.getInt(octets, at) == 0 ? AGGREGATOR_ZERO : null;
  }
}
