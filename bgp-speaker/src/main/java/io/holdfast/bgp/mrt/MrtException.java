package io.holdfast.bgp.mrt;

import java.io.IOException;

/** A file that is no MRT file, or is damaged; the message names file, offset and what was found. */
public final class MrtException extends IOException {
  private static final long serialVersionUID = 1;

  MrtException(String message) {
    super(message);
  }

  MrtException(String message, Throwable cause) {
    super(message, cause);
  }
}
