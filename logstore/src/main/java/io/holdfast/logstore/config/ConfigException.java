package io.holdfast.logstore.config;

import java.util.List;

/**
 * A configuration file that cannot be used. The message is ready to be printed: one line for each
 * problem, sorted by line, {@code FILE:LINE:COLUMN: found; allowed} (without line and column where
 * the file could not be read at all). Callers exit with 2.
 */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join("\n", problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /** The lines of the message; never empty. */
  public List<String> problems() {
    return problems;
  }
}
