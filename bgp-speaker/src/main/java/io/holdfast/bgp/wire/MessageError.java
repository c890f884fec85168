package io.holdfast.bgp.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error found in a message: what to do about it, and what a NOTIFICATION about it says.
 *
 * @param action what follows for the message or the session
 * @param code error code and subcode
 * @param data the data field of a NOTIFICATION, as RFC 4271 section 6 asks for this code
 * @param attribute code of the path attribute concerned, 0–255, or −1
 * @param detail one line for a person
 */
public record MessageError(
    ErrorAction action, NotificationCode code, Bytes data, int attribute, String detail) {
  /** An error that ends the session and concerns no attribute. */
  public static MessageError reset(NotificationCode code, Bytes data, String detail) {
    return new MessageError(ErrorAction.SESSION_RESET, code, data, -1, detail);
  }

  /** The error with the strongest action, the first of them when several are as strong. */
  public static @Nullable MessageError strongest(List<MessageError> errors) {
    MessageError strongest = null;
    for (MessageError error : errors) {
      if (strongest == null || error.action.compareTo(strongest.action) > 0) {
        strongest = error;
      }
    }
    return strongest;
  }

  /** The same error with another action. */
  public MessageError withAction(ErrorAction other) {
    return new MessageError(other, code, data, attribute, detail);
  }
}
