package io.holdfast.logstore.segment;

import java.io.IOException;

/** What a reader asked for was dropped from the log by a trim. */
public final class LogTrimmedException extends IOException {
  private static final long serialVersionUID = 1;

  /** The position asked for, and that of the oldest record. */
  public LogTrimmedException(long position, long first) {
    super("position " + position + " was trimmed away: the log begins at " + first);
  }
}
