package io.holdfast.logstore.log;

import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One file of the log: what it is called, which positions it holds. Only the end changes, once,
 * when the appending thread has gone on to the next file.
 */
final class Segment {
  static final String SUFFIX = ".log";

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{16}\\.log");

  private final Path file;
  private final long base;
  private final UUID boot;

  /** Whether a whole header stands in the file. Owned by the appending thread. */
  private boolean begun;

  private volatile long end = Long.MAX_VALUE;

  Segment(Path file, long base, UUID boot, boolean begun) {
    this.file = file;
    this.base = base;
    this.boot = boot;
    this.begun = begun;
  }

  static Path fileIn(Path directory, long base) {
    return directory.resolve("%016x".formatted(base) + SUFFIX);
  }

  /** The position that the file's name states. */
  static long baseOf(Path file) {
    String name = String.valueOf(file.getFileName());
    return Long.parseUnsignedLong(name.substring(0, name.length() - SUFFIX.length()), 16);
  }

  /**
   * The segment files of a folder, oldest first.
   *
   * @throws LogCorruptException if a file's name ends as theirs and is none
   */
  static List<Path> filesIn(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : found) {
        if (!NAME.matcher(String.valueOf(file.getFileName())).matches() || baseOf(file) < 0) {
          throw new LogCorruptException(file, 0, "a file whose name is not that of a segment");
        }
        files.add(file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    files.sort(Comparator.comparingLong(Segment::baseOf));
    return files;
  }

  Path file() {
    return file;
  }

  /** Position of the first record. */
  long base() {
    return base;
  }

  /** The boot of the machine under which every record of this file was written. */
  UUID boot() {
    return boot;
  }

  /** Position behind the last record, or Long.MAX_VALUE while the file still grows. */
  long end() {
    return end;
  }

  void endsAt(long position) {
    end = position;
  }

  boolean begun() {
    return begun;
  }

  void begin() {
    begun = true;
  }

  /** Where in the file the byte of this position stands. */
  long offsetOf(long position) {
    return SegmentHeader.LENGTH + (position - base);
  }
}
