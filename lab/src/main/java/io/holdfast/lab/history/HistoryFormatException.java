package io.holdfast.lab.history;

import java.io.IOException;
import java.nio.file.Path;

/** A file holds no history; the message names file and line. */
public final class HistoryFormatException extends IOException {
  private static final long serialVersionUID = 1;

  HistoryFormatException(Path file, int line, String found) {
    super(file + ":" + line + ": " + found);
  }

  HistoryFormatException(String found) {
    super(found);
  }
}
