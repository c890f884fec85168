package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The log holds something that no crash of its writer can have left there. It is refused and
 * nothing in it was changed; the message names the file, the byte and what was found.
 */
public final class LogCorruptException extends IOException {
  private static final long serialVersionUID = 1;

  private final String file;
  private final long offset;

  public LogCorruptException(Path file, long offset, String found) {
    super("corrupt log: " + file + ", byte " + offset + ": " + found);
    this.file = file.toString();
    this.offset = offset;
  }

  /** The segment file. */
  public Path file() {
    return Path.of(file);
  }

  /** Bytes from the start of the file (its header included) to what is wrong. */
  public long offset() {
    return offset;
  }
}
