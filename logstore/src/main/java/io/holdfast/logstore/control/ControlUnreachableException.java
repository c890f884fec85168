package io.holdfast.logstore.control;

import java.io.IOException;

/** There is no daemon to ask, or it stopped answering. The message is one line. */
public final class ControlUnreachableException extends IOException {

  private static final long serialVersionUID = 1L;

  ControlUnreachableException(String message) {
    super(message);
  }
}
