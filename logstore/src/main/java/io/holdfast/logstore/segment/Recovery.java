package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentScanner.Found;
import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is found when a store is opened; cuts what a crash left behind the marks.
 *
 * <p>The headers of all entries are walked (they have checksums of their own). Payloads are checked
 * in the last file, and in earlier ones behind their mark; the others when they are read. A synced
 * store that lost its power may have torn more than its last file: all behind the first tear goes,
 * as long as no mark says that it had been on the disk. Owned by the opening thread.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);

  /** Bytes read at once where only headers are wanted: few, for payloads may be long. */
  private static final int WALK = 16 << 10;

  private static final int CHECK = 1 << 20;

  /** How far the walk through one file came. */
  private record Walk(Segment segment, Found found, int mark, boolean zerosFollow, String damage) {}

  private final Disk disk;
  private final StoreOptions options;
  private final UUID boot;
  private final List<Path> files;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHECK);
  private final List<Segment> segments = new ArrayList<>();
  private final List<Entry> configurations = new ArrayList<>();

  private Recovery(Disk disk, Path folder, StoreOptions options, UUID boot) throws IOException {
    this.disk = disk;
    this.options = options;
    this.boot = boot;
    this.files = SegmentFiles.list(disk, folder);
  }

  /** Looks at the segments of a folder. */
  static Recovery of(Disk disk, Path folder, StoreOptions options, UUID boot) throws IOException {
    Recovery recovery = new Recovery(disk, folder, options, boot);
    recovery.run();
    if (options.sync()) {
      recovery.harden();
      disk.forceFolder(folder);
    }
    return recovery;
  }

  /** Oldest first; the last may be empty of entries. */
  List<Segment> segments() {
    return segments;
  }

  List<Entry> configurations() {
    return configurations;
  }

  private void run() throws IOException {
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      SegmentHeader header = header(file);
      if (header == null) {
        headerMissing(i);
        return;
      }
      if (!follows(header)) {
        if (unpromised(i)) {
          drop(i, "what should stand in front of it is not there");
          return;
        }
        throw gap(file, header);
      }
      boolean last = i == files.size() - 1;
      long stop = last ? Long.MAX_VALUE : SegmentFiles.firstIndexOf(files.get(i + 1));
      if (!take(i, walk(file, header, stop), stop, last)) {
        return;
      }
    }
  }

  private @Nullable SegmentHeader header(Path file) throws IOException {
    try (DiskFile open = disk.openToRead(file)) {
      return SegmentHeader.read(file, open);
    }
  }

  /** Adds a walked segment; false if what follows it was dropped. */
  private boolean take(int i, Walk walk, long stop, boolean last) throws IOException {
    Segment segment = walk.segment;
    long end = segment.extent().offset();
    boolean reached = segment.extent().lastIndex() + 1 == stop;
    if (!reached && end < walk.mark) {
      throw damage(segment, walk);
    }
    if (!reached && !last && !unpromised(i + 1)) {
      throw new LogCorruptException(
          segment.file(),
          end,
          (walk.found == Found.END ? "its entries end" : walk.damage)
              + " at index "
              + (segment.extent().lastIndex() + 1)
              + ", while the next file is "
              + files.get(i + 1).getFileName()
              + restarted(segment.header()));
    }
    segments.add(segment);
    if (reached) {
      return true;
    }
    if (!last) {
      drop(i + 1, "the file in front of it was not written to its end");
    }
    if (walk.found == Found.DAMAGE || !walk.zerosFollow) {
      cut(segment, walk);
    } else if (!segment.header().boot().equals(boot)
        || segment.header().synced() != options.sync()) {
      trimZeros(segment);
    }
    return last;
  }

  private LogCorruptException damage(Segment segment, Walk walk) {
    String found =
        walk.found == Found.DAMAGE ? walk.damage : "nothing, where an entry had been written";
    String restarted = restarted(segment.header());
    return new LogCorruptException(
        segment.file(),
        segment.extent().offset(),
        found
            + ", although all up to byte "
            + walk.mark
            + " had been written"
            + (restarted.isEmpty() ? ": this is no tail that a crash cut off" : restarted));
  }

  /** What is to be said of damage that a crash of the machine explains. */
  private String restarted(SegmentHeader header) {
    return header.synced() || header.boot().equals(boot)
        ? ""
        : ": the machine was restarted since, and this store was not synced, so what was written"
            + " last may be lost (move the folder away to start anew)";
  }

  private boolean follows(SegmentHeader header) {
    if (segments.isEmpty()) {
      return true;
    }
    Segment.Extent end = segments.getLast().extent();
    return header.firstIndex() == end.lastIndex() + 1 && header.firstPosition() == end.position();
  }

  private LogCorruptException gap(Path next, SegmentHeader header) {
    Segment before = segments.getLast();
    Segment.Extent end = before.extent();
    return new LogCorruptException(
        before.file(),
        end.offset(),
        "its entries end at index %d, position %d, while the next file is %s, of %d and %d"
            .formatted(
                end.lastIndex() + 1,
                end.position(),
                next.getFileName(),
                header.firstIndex(),
                header.firstPosition()));
  }

  /**
   * Whether nothing of this file and those behind it was ever promised: their marks stand at the
   * beginning, or they have no header yet.
   */
  private boolean unpromised(int from) throws IOException {
    for (Path file : files.subList(from, files.size())) {
      try (DiskFile open = disk.openToRead(file)) {
        SegmentHeader header = SegmentHeader.read(file, open);
        if (header != null && SegmentHeader.readMark(file, open) > SegmentHeader.LENGTH) {
          return false;
        }
      }
    }
    return true;
  }

  /** A file without a header is one that was being begun, or the first page is lost. */
  private void headerMissing(int i) throws IOException {
    Path file = files.get(i);
    boolean known = !segments.isEmpty() || SegmentFiles.firstIndexOf(file) == 1;
    if (!known || !unpromised(i)) {
      throw new LogCorruptException(
          file, 0, "a header of zeros: what stands in the file cannot be told");
    }
    drop(i, "its header was not written whole");
  }

  /** Deletes this file and those behind it, the newest first. */
  private void drop(int from, String why) throws IOException {
    for (int i = files.size() - 1; i >= from; i--) {
      Path file = files.get(i);
      LOG.warn("drop the end of the log: {}: {}; nothing in it was ever promised", file, why);
      disk.delete(file);
      if (options.sync()) {
        disk.forceFolder(SegmentFiles.folderOf(file));
      }
    }
  }

  private Walk walk(Path file, SegmentHeader header, long stop) throws IOException {
    boolean last = stop == Long.MAX_VALUE;
    try (DiskFile open = disk.openToRead(file)) {
      int mark = SegmentHeader.readMark(file, open);
      return walk(open, file, header, mark, last ? 0 : mark, stop);
    }
  }

  private Walk walk(
      DiskFile open, Path file, SegmentHeader header, int mark, long payloadsFrom, long stop)
      throws IOException {
    FileWindow window = new FileWindow(open, buffer, payloadsFrom == 0 ? CHECK : WALK);
    SegmentScanner scanner =
        new SegmentScanner(open, window, header).checkingPayloadsFrom(payloadsFrom);
    SparseIndex points = new SparseIndex();
    long term = segments.isEmpty() ? 0 : segments.getLast().extent().lastTerm();
    Found found = Found.ENTRY;
    configurations.removeIf(entry -> entry.index() >= header.firstIndex());
    while (scanner.nextIndex() < stop) {
      if (scanner.offset() >= mark) {
        window.ahead(CHECK);
      }
      found = scanner.next();
      if (found != Found.ENTRY) {
        break;
      }
      term = scanner.term();
      points.add(scanner.entryOffset(), scanner.entryIndex(), scanner.entryPosition());
      if (scanner.kind() == EntryKind.CONFIGURATION) {
        configurations.add(configuration(open, file, header, scanner));
      }
    }
    Segment segment =
        new Segment(
            file,
            header,
            points,
            new Segment.Extent(
                scanner.offset(), scanner.nextIndex() - 1, term, scanner.nextPosition()));
    boolean zeros = found == Found.END && scanner.zerosFollow();
    return new Walk(segment, found, mark, zeros, scanner.damage());
  }

  private static Entry configuration(
      DiskFile open, Path file, SegmentHeader header, SegmentScanner found) throws IOException {
    return EntryReads.read(
        open,
        file,
        header.salt(),
        new SparseIndex.Point(found.entryOffset(), found.entryIndex(), found.entryPosition()));
  }

  private void cut(Segment segment, Walk walk) throws IOException {
    Segment.Extent end = segment.extent();
    String damage = walk.found == Found.DAMAGE ? walk.damage : "zeros, and bytes behind them";
    LOG.warn(
        "cut the tail of the log: {} at index {}, position {} (byte {} of the file): {}",
        segment.file(),
        end.lastIndex() + 1,
        end.position(),
        end.offset(),
        damage);
    SegmentCut.cut(disk, segment, end.offset(), options.sync());
  }

  /** Gives back the zeros behind a file that will not be written again. */
  private void trimZeros(Segment segment) throws IOException {
    if (disk.shared(segment.file())) {
      return;
    }
    try (DiskFile file = disk.open(segment.file())) {
      file.truncate(segment.extent().offset());
    }
  }

  /**
   * Brings to the disk what a synced store has found behind the marks. It is written once more
   * first: a page whose sync failed stands in the kernel's cache as if it were on the disk.
   */
  private void harden() throws IOException {
    for (Segment segment : segments) {
      long end = segment.extent().offset();
      int mark;
      try (DiskFile read = disk.openToRead(segment.file())) {
        mark = SegmentHeader.readMark(segment.file(), read);
      }
      // The last file also where all is marked: somebody may have cut it, and died.
      boolean marked = mark >= end && segment.header().synced();
      if (marked && !segment.equals(segments.getLast())) {
        continue;
      }
      try (DiskFile file = disk.open(segment.file())) {
        long from = marked || !segment.header().synced() ? end : 0;
        for (long at = from; at < end; at += CHECK) {
          buffer.clear().limit((int) Math.min(CHECK, end - at));
          while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) >= 0) {
            // a short read goes on where it ended
          }
          file.write(buffer.flip(), at);
        }
        file.force();
        SegmentHeader.mark(file, end);
      }
    }
  }
}
