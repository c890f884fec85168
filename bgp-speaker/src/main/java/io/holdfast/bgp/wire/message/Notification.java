package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;

/**
 * A NOTIFICATION, RFC 4271 section 4.5.
 *
 * @param code error code, 0–255 as received
 * @param subcode 0–255
 * @param data whatever belongs to the code
 */
public record Notification(int code, int subcode, Bytes data) implements BgpMessage {
  /** A NOTIFICATION without data. */
  public static Notification of(NotificationCode code) {
    return new Notification(code.code(), code.subcode(), Bytes.EMPTY);
  }

  /** The NOTIFICATION about an error. */
  public static Notification of(MessageError error) {
    return new Notification(error.code().code(), error.code().subcode(), error.data());
  }

  /** The RFC's words for code and subcode, or the numbers. */
  public String text() {
    NotificationCode named = NotificationCode.of(code, subcode);
    return named != null ? named.text() : "code " + code + " subcode " + subcode;
  }
}
