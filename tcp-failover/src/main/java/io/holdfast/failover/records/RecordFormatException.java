package io.holdfast.failover.records;

import java.io.Serial;

/**
 * A payload is not what its kind and version promise. The message names the kind, where it stands
 * and what was found; whoever reads the log decides what follows from it.
 */
public final class RecordFormatException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public RecordFormatException(String message) {
    super(message);
  }
}
