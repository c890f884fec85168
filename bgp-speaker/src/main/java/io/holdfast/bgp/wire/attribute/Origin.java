package io.holdfast.bgp.wire.attribute;

/** ORIGIN, RFC 4271 section 5.1.1; the ordinal is the value on the wire, and lower is preferred. */
public enum Origin {
  /** Interior to the originating AS. */
  IGP,
  /** Learned through EGP (RFC 904). */
  EGP,
  /** By some other means. */
  INCOMPLETE;

  private static final Origin[] VALUES = values();

  /** The origin with the wire value, 0–2. */
  public static Origin of(int value) {
    return VALUES[value];
  }
}
