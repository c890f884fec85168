package io.holdfast.logstore.log;

import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is found when a log is opened.
 *
 * <p>Of all segments but the last, the header and the length are checked: each must end where the
 * next begins. Their records are checked when somebody reads them ({@link FileLogReader}). Every
 * record of the last one is checked, for that is where a crash leaves its traces: a tail that is no
 * whole record is cut off, with a warning. What no crash of a writer explains is refused.
 *
 * @param segments oldest first; the last may be empty of records
 * @param end position behind the last whole record
 */
record Recovery(List<Segment> segments, long end) {
  private static final Logger LOG = LoggerFactory.getLogger(FileLog.class);

  /**
   * Looks at the log of a folder and cuts its tail.
   *
   * @param boot the present boot, under which an empty last segment is begun anew
   */
  static Recovery of(Path directory, UUID boot) throws IOException {
    List<Path> files = Segment.filesIn(directory);
    List<Segment> segments = new ArrayList<>();
    long end = files.isEmpty() ? 0 : Segment.baseOf(files.getFirst());
    for (Path file : files) {
      if (Segment.baseOf(file) != end) {
        throw gap(segments, file, end);
      }
      if (file.equals(files.getLast())) {
        end = last(file, boot, segments);
      } else {
        end = closed(file, segments);
      }
    }
    return new Recovery(List.copyOf(segments), end);
  }

  private static LogCorruptException gap(List<Segment> before, Path next, long end)
      throws IOException {
    Path file = before.getLast().file();
    return new LogCorruptException(
        file,
        Files.size(file),
        "its records end at position "
            + end
            + ", while the next file is "
            + next.getFileName()
            + ", of position "
            + Segment.baseOf(next));
  }

  /** Adds a segment that has a successor; returns where it ends. */
  private static long closed(Path file, List<Segment> segments) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < SegmentHeader.LENGTH) {
        throw new LogCorruptException(file, channel.size(), "the file ends inside its header");
      }
      SegmentHeader header = SegmentHeader.read(file, channel);
      long end = header.base() + channel.size() - SegmentHeader.LENGTH;
      Segment segment = new Segment(file, header.base(), header.boot(), true);
      segment.endsAt(end);
      segments.add(segment);
      return end;
    }
  }

  /** Adds the last segment, without its torn tail; returns where it ends. */
  private static long last(Path file, UUID boot, List<Segment> segments) throws IOException {
    try (SegmentScanner scanner = new SegmentScanner(file)) {
      long base = Segment.baseOf(file);
      if (SegmentHeader.torn(scanner.channel())) {
        refuseIfRecordsFollow(scanner, 0, SegmentHeader.LENGTH, "a header of zeros");
        cut(file, base, 0, scanner.channel().size(), "a header that was not written whole");
        segments.add(new Segment(file, base, boot, false));
        return base;
      }
      SegmentHeader header = SegmentHeader.read(file, scanner.channel());
      SegmentScanner.Found found = scanner.next();
      while (found == SegmentScanner.Found.RECORD) {
        found = scanner.next();
      }
      long end = base + scanner.offset() - SegmentHeader.LENGTH;
      if (found == SegmentScanner.Found.DAMAGE) {
        if (!header.provesTorn(scanner.channel(), end, boot)) {
          refuseIfRecordsFollow(scanner, scanner.offset(), scanner.offset() + 1, scanner.damage());
        }
        cut(file, end, scanner.offset(), scanner.channel().size(), scanner.damage());
      }
      // A file without records is begun anew, under the present boot.
      boolean begun = end > base;
      segments.add(new Segment(file, base, begun ? header.boot() : boot, begun));
      return end;
    }
  }

  private static void refuseIfRecordsFollow(
      SegmentScanner scanner, long offset, long searchFrom, String damage) throws IOException {
    long later = scanner.recordFrom(searchFrom);
    if (later >= 0) {
      throw new LogCorruptException(
          scanner.file(),
          offset,
          damage
              + ", while intact records follow from byte "
              + later
              + " on: this is no tail that a crash cut off (after a crash of the whole machine an"
              + " unsynced log may look so: move the folder away to start anew)");
    }
  }

  private static void cut(Path file, long position, long offset, long size, String damage)
      throws IOException {
    LOG.warn(
        "cut the tail of the log: {} at position {} (byte {} of the file): {}; {} bytes cut",
        file,
        position,
        offset,
        damage,
        size - offset);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(offset);
    }
  }
}
