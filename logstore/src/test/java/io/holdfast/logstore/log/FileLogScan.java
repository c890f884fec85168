package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the files of a {@link FileLog} without owning them, as long as there is one. */
final class FileLogScan implements AutoCloseable {
  private final Path directory;
  private final UUID boot;
  private @Nullable SegmentScanner scanner;
  private @Nullable SegmentHeader header;
  private long first = -1;
  private long position;
  private long nextPosition;
  private @Nullable String tail;

  private FileLogScan(Path directory, UUID boot) {
    this.directory = directory;
    this.boot = boot;
  }

  /**
   * Opens the log of a folder, before its oldest record.
   *
   * @throws NoSuchFileException if there is no such folder
   */
  public static FileLogScan open(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(directory.toString(), null, "no folder of a log");
    }
    return new FileLogScan(directory, Machine.real().bootId());
  }

  /**
   * Goes on to the next whole record.
   *
   * @return false at the end of the log, or before a tail that is no whole record ({@link #tail})
   * @throws LogCorruptException if there is damage that no crash of a writer explains
   * @throws LogTrimmedException if the owner dropped what would be read next
   */
  public boolean next() throws IOException {
    tail = null;
    while (true) {
      SegmentScanner now = scanner == null ? open() : scanner;
      if (now == null) {
        return false;
      }
      SegmentScanner.Found found = now.next();
      if (found == SegmentScanner.Found.RECORD) {
        return record(now);
      }
      // Whether the file has a successor is asked before the last look at it: then it is whole.
      Path successor = successor(now.file());
      boolean later = successor != null || laterRecord(now, found);
      now.forget();
      found = now.next();
      if (found == SegmentScanner.Found.RECORD) {
        return record(now);
      }
      if (found == SegmentScanner.Found.DAMAGE) {
        return stop(now, later);
      }
      if (successor == null) {
        return false;
      }
      follow(now, successor);
    }
  }

  private boolean record(SegmentScanner from) {
    position = nextPosition;
    nextPosition += from.record().length();
    return true;
  }

  private boolean laterRecord(SegmentScanner scanner, SegmentScanner.Found found)
      throws IOException {
    return found == SegmentScanner.Found.DAMAGE
        && (header == null || !header.provesTorn(scanner.channel(), nextPosition, boot))
        && scanner.recordFrom(scanner.offset() + 1) >= 0;
  }

  private boolean stop(SegmentScanner at, boolean later) throws IOException {
    if (later) {
      throw new LogCorruptException(
          at.file(), at.offset(), at.damage() + ", while intact records follow");
    }
    tail =
        "%s, position %d (byte %d of the file): %s"
            .formatted(at.file(), nextPosition, at.offset(), at.damage());
    return false;
  }

  private void follow(SegmentScanner ended, Path successor) throws IOException {
    long base = Segment.baseOf(successor);
    if (base != nextPosition) {
      // Dropped oldest first: if the file just read is there, so is all that was behind it.
      if (Files.notExists(ended.file())) {
        throw new LogTrimmedException(nextPosition, base);
      }
      throw new LogCorruptException(
          ended.file(),
          ended.offset(),
          "its records end at position "
              + nextPosition
              + ", while the next file is "
              + successor.getFileName()
              + ", of position "
              + base);
    }
    ended.close();
    scanner = null;
  }

  private @Nullable Path successor(Path file) throws IOException {
    long base = Segment.baseOf(file);
    for (Path candidate : Segment.filesIn(directory)) {
      if (Segment.baseOf(candidate) > base) {
        return candidate;
      }
    }
    return null;
  }

  /** Opens the file that begins at the next position; null if it is not there yet. */
  private @Nullable SegmentScanner open() throws IOException {
    List<Path> files = Segment.filesIn(directory);
    if (files.isEmpty()) {
      return null;
    }
    long oldest = Segment.baseOf(files.getFirst());
    if (first < 0) {
      first = oldest;
      nextPosition = oldest;
    } else if (oldest > nextPosition) {
      throw new LogTrimmedException(nextPosition, oldest);
    }
    Path file = Segment.fileIn(directory, nextPosition);
    SegmentScanner opened;
    try {
      opened = new SegmentScanner(file);
    } catch (NoSuchFileException e) {
      throw new LogTrimmedException(nextPosition, oldest);
    }
    boolean accepted = false;
    try {
      // A file that has just been created has no header yet.
      if (!SegmentHeader.torn(opened.channel()) || !file.equals(files.getLast())) {
        header = SegmentHeader.read(file, opened.channel());
        accepted = true;
        scanner = opened;
        return opened;
      }
      tail = file + ": a header that is not written whole";
      return null;
    } finally {
      if (!accepted) {
        opened.close();
      }
    }
  }

  /** Position of the record that {@link #next} found. */
  public long position() {
    return position;
  }

  /** The record that {@link #next} found; valid until it is called again. */
  public RecordFlyweight record() {
    if (scanner == null) {
      throw new IllegalStateException("no record was found");
    }
    return scanner.record();
  }

  /** Position behind the last whole record that was found. */
  public long end() {
    return nextPosition;
  }

  /** After {@link #next} returned false: what stands behind the last whole record, if anything. */
  public Optional<String> tail() {
    return Optional.ofNullable(tail);
  }

  @Override
  public void close() throws IOException {
    if (scanner != null) {
      scanner.close();
    }
  }
}
