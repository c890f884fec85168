package io.holdfast.bgp.wire;

import org.jspecify.annotations.Nullable;

/** Error codes and subcodes of a NOTIFICATION that have a name, one line each. */
public enum NotificationCode {
  // RFC 4271 section 6.1
  HEADER_UNSPECIFIC(1, 0, "Message Header Error"),
  CONNECTION_NOT_SYNCHRONIZED(1, 1, "Connection Not Synchronized"),
  BAD_MESSAGE_LENGTH(1, 2, "Bad Message Length"),
  BAD_MESSAGE_TYPE(1, 3, "Bad Message Type"),
  // RFC 4271 section 6.2, RFC 5492 section 5, RFC 9234
  OPEN_UNSPECIFIC(2, 0, "OPEN Message Error"),
  UNSUPPORTED_VERSION(2, 1, "Unsupported Version Number"),
  BAD_PEER_AS(2, 2, "Bad Peer AS"),
  BAD_BGP_IDENTIFIER(2, 3, "Bad BGP Identifier"),
  UNSUPPORTED_OPTIONAL_PARAMETER(2, 4, "Unsupported Optional Parameter"),
  UNACCEPTABLE_HOLD_TIME(2, 6, "Unacceptable Hold Time"),
  UNSUPPORTED_CAPABILITY(2, 7, "Unsupported Capability"),
  ROLE_MISMATCH(2, 11, "Role Mismatch"),
  // RFC 4271 section 6.3
  UPDATE_UNSPECIFIC(3, 0, "UPDATE Message Error"),
  MALFORMED_ATTRIBUTE_LIST(3, 1, "Malformed Attribute List"),
  UNRECOGNIZED_WELL_KNOWN(3, 2, "Unrecognized Well-known Attribute"),
  MISSING_WELL_KNOWN(3, 3, "Missing Well-known Attribute"),
  ATTRIBUTE_FLAGS(3, 4, "Attribute Flags Error"),
  ATTRIBUTE_LENGTH(3, 5, "Attribute Length Error"),
  INVALID_ORIGIN(3, 6, "Invalid ORIGIN Attribute"),
  INVALID_NEXT_HOP(3, 8, "Invalid NEXT_HOP Attribute"),
  OPTIONAL_ATTRIBUTE(3, 9, "Optional Attribute Error"),
  INVALID_NETWORK_FIELD(3, 10, "Invalid Network Field"),
  MALFORMED_AS_PATH(3, 11, "Malformed AS_PATH"),
  // RFC 4271 section 6.5
  HOLD_TIMER_EXPIRED(4, 0, "Hold Timer Expired"),
  // RFC 6608
  FSM_UNSPECIFIC(5, 0, "Finite State Machine Error"),
  UNEXPECTED_IN_OPEN_SENT(5, 1, "Receive Unexpected Message in OpenSent State"),
  UNEXPECTED_IN_OPEN_CONFIRM(5, 2, "Receive Unexpected Message in OpenConfirm State"),
  UNEXPECTED_IN_ESTABLISHED(5, 3, "Receive Unexpected Message in Established State"),
  // RFC 4486, RFC 8538, RFC 9384
  CEASE(6, 0, "Cease"),
  MAXIMUM_PREFIXES(6, 1, "Maximum Number of Prefixes Reached"),
  ADMINISTRATIVE_SHUTDOWN(6, 2, "Administrative Shutdown"),
  PEER_DECONFIGURED(6, 3, "Peer De-configured"),
  ADMINISTRATIVE_RESET(6, 4, "Administrative Reset"),
  CONNECTION_REJECTED(6, 5, "Connection Rejected"),
  OTHER_CONFIGURATION_CHANGE(6, 6, "Other Configuration Change"),
  CONNECTION_COLLISION(6, 7, "Connection Collision Resolution"),
  OUT_OF_RESOURCES(6, 8, "Out of Resources"),
  HARD_RESET(6, 9, "Hard Reset"),
  BFD_DOWN(6, 10, "BFD Down"),
  // RFC 7313
  ROUTE_REFRESH_UNSPECIFIC(7, 0, "ROUTE-REFRESH Message Error"),
  ROUTE_REFRESH_LENGTH(7, 1, "Invalid Message Length"),
  // RFC 9687
  SEND_HOLD_TIMER_EXPIRED(8, 0, "Send Hold Timer Expired");

  private final int code;
  private final int subcode;
  private final String text;

  NotificationCode(int code, int subcode, String text) {
    this.code = code;
    this.subcode = subcode;
    this.text = text;
  }

  /** The entry for the two numbers, or null where they have no name. */
  public static @Nullable NotificationCode of(int code, int subcode) {
    for (NotificationCode each : values()) {
      if (each.code == code && each.subcode == subcode) {
        return each;
      }
    }
    return null;
  }

  /** Error code, 1–8. */
  public int code() {
    return code;
  }

  /** Error subcode, 0 for unspecific. */
  public int subcode() {
    return subcode;
  }

  /** The RFC's words. */
  public String text() {
    return text;
  }
}
