package io.holdfast.logstore.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong with one file, as it is found; told sorted. */
final class Problems {

  private record Problem(Mark mark, String text) {}

  private final Path file;
  private final List<Problem> found = new ArrayList<>();

  Problems(Path file) {
    this.file = file;
  }

  /**
   * @param text {@code what was found; what is allowed}, one line
   */
  void add(Mark mark, String text) {
    found.add(new Problem(mark, oneLine(text)));
  }

  boolean none() {
    return found.isEmpty();
  }

  ConfigException exception() {
    return new ConfigException(
        found.stream()
            .sorted(
                Comparator.comparingInt((Problem p) -> p.mark().line())
                    .thenComparingInt(p -> p.mark().column()))
            .map(p -> file + ":" + p.mark().line() + ":" + p.mark().column() + ": " + p.text())
            .distinct()
            .toList());
  }

  /** The file could not be read at all, so there is no line to name. */
  static ConfigException unreadable(Path file, String text) {
    return new ConfigException(List.of(file + ": " + oneLine(text)));
  }

  /** Text of a file may hold anything; a terminal gets printable characters only. */
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c == '\n' || c == '\r' || c == '\t') {
                line.append(' ');
              } else if (Character.isISOControl(c)) {
                line.append(String.format("\\u%04x", c));
              } else {
                line.appendCodePoint(c);
              }
            });
    return line.toString();
  }
}
