package io.holdfast.bgp.wire.attribute;

/** ORIGIN, RFC 4271 section 5.1.1; of two, the one with the lower value is preferred. */
public enum Origin {
  /** Interior to the originating AS. */
  IGP(0),
  /** Learned through EGP (RFC 904). */
  EGP(1),
  /** By some other means. */
  INCOMPLETE(2);

  private final int value;

  Origin(int value) {
    this.value = value;
  }

  /** The value on the wire, 0–2. */
  public int value() {
    return value;
  }

  /** The origin with the wire value, 0–2. */
  public static Origin of(int value) {
    return switch (value) {
      case 0 -> IGP;
      case 1 -> EGP;
      case 2 -> INCOMPLETE;
      default -> throw new IllegalArgumentException("origin " + value);
    };
  }
}
