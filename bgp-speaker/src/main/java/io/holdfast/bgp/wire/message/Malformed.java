package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.MessageError;

/** A message that ends the session; {@code error.action()} is SESSION_RESET. */
public record Malformed(MessageError error) implements Decoded {
  /** The NOTIFICATION that RFC 4271 section 6 asks for. */
  public Notification notification() {
    return Notification.of(error);
  }
}
