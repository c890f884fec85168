package io.holdfast.bgp.wire;

/** What an error in a message leads to, RFC 7606 section 2, from the weakest to the strongest. */
public enum ErrorAction {
  /** The attribute is dropped and the message handled without it. */
  ATTRIBUTE_DISCARD,
  /** The prefixes that the message announces are handled as if it had withdrawn them. */
  TREAT_AS_WITHDRAW,
  /** The address family is given up for the rest of the session. */
  AFI_SAFI_DISABLE,
  /** A NOTIFICATION is sent and the session ends. */
  SESSION_RESET;

  /** The stronger of the two. */
  public ErrorAction strongest(ErrorAction other) {
    return other.compareTo(this) > 0 ? other : this;
  }
}
