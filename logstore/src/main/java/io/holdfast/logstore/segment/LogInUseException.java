package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.file.Path;

/** Another process (or another part of this one) owns the log's directory. */
public final class LogInUseException extends IOException {
  private static final long serialVersionUID = 1;

  public LogInUseException(Path directory, String holder) {
    super("the log in " + directory + " is in use by " + holder);
  }
}
