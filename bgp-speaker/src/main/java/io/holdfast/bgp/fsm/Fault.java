package io.holdfast.bgp.fsm;

import java.util.Arrays;

/**
 * Why a session ends, as a NOTIFICATION says it (RFC 4271 section 4.5).
 *
 * @param code error code, 1 to 255
 * @param subcode 0 to 255; 0 is "unspecific"
 * @param data the offending part, may be empty
 */
public record Fault(int code, int subcode, byte[] data) {
  private static final byte[] NONE = new byte[0];

  /** RFC 4271: no message came for the hold time. */
  public static final Fault HOLD_TIMER_EXPIRED = of(4, 0);

  /** RFC 4486: the operator stops the session. */
  public static final Fault ADMINISTRATIVE_SHUTDOWN = of(6, 2);

  /** RFC 4486: the peer is no longer configured. */
  public static final Fault PEER_DECONFIGURED = of(6, 3);

  /** RFC 4486: the connection is refused. */
  public static final Fault CONNECTION_REJECTED = of(6, 5);

  /** RFC 4486: section 6.8 chose the other connection. */
  public static final Fault COLLISION = of(6, 7);

  /** RFC 4486: the speaker has lost something it would need to go on. */
  public static final Fault OUT_OF_RESOURCES = of(6, 8);

  public static Fault of(int code, int subcode) {
    return new Fault(code, subcode, NONE);
  }

  /** RFC 6608: a message that this state does not expect. */
  static Fault unexpectedIn(SessionState state) {
    return switch (state) {
      case OPEN_SENT -> of(5, 1);
      case OPEN_CONFIRM -> of(5, 2);
      case ESTABLISHED -> of(5, 3);
      case IDLE, CONNECT, ACTIVE -> of(5, 0);
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fault that
        && code == that.code
        && subcode == that.subcode
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * code + subcode) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return code + "/" + subcode;
  }
}
