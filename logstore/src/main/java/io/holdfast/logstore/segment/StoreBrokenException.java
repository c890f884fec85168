package io.holdfast.logstore.segment;

import java.io.IOException;

/**
 * A sync failed, so what is on the disk is not known. Final: the kernel reports a lost page once
 * and then forgets it, so that a later success would prove nothing. The store must be opened anew.
 */
public final class StoreBrokenException extends IOException {
  private static final long serialVersionUID = 1;

  StoreBrokenException(String message, Throwable cause) {
    super(message, cause);
  }
}
