package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentScanner.Found;
import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A whole new set of segments: made ready in a folder of its own, then put in the place of the
 * present one by two renames. {@link #finish} ends what a crash between the two began.
 */
final class Replacement {
  private final Disk disk;
  private final Path directory;
  private final StoreOptions options;
  private final Path next;

  /** Begins with an empty folder. */
  Replacement(Disk disk, Path directory, StoreOptions options) throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.options = options;
    this.next = SegmentFiles.nextIn(directory);
    SegmentFiles.deleteFolder(disk, next);
    disk.makeFolder(next);
  }

  /** At opening: what was whole takes its place, what was not is deleted. */
  static void finish(Disk disk, Path directory, StoreOptions options) throws IOException {
    Path segments = SegmentFiles.segmentsIn(directory);
    Path next = SegmentFiles.nextIn(directory);
    if (!disk.exists(segments) && disk.exists(next)) {
      disk.rename(next, segments);
    }
    disk.makeFolder(segments);
    if (options.sync()) {
      disk.forceFolder(directory);
    }
    SegmentFiles.deleteFolder(disk, next);
    SegmentFiles.deleteFolder(disk, SegmentFiles.formerIn(directory));
  }

  /** The folder to put the new segments into. */
  Path folder() {
    return next;
  }

  /**
   * Takes over the files of a folder, up to this entry: the last one as a copy, for it may go on
   * growing where it is, the others by a second name where the file system allows it.
   *
   * @throws LogCorruptException if any of it is damaged, or it does not reach this entry
   */
  void take(Path source, long lastIndex) throws IOException {
    List<Path> files = new ArrayList<>(SegmentFiles.list(disk, source));
    files.removeIf(file -> SegmentFiles.firstIndexOf(file) > lastIndex);
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    long index = -1;
    long position = -1;
    for (int i = 0; i < files.size(); i++) {
      boolean last = i == files.size() - 1;
      long stop = last ? lastIndex + 1 : SegmentFiles.firstIndexOf(files.get(i + 1));
      Path file = files.get(i);
      try (DiskFile open = disk.openToRead(file)) {
        SegmentHeader header = SegmentHeader.read(file, open);
        if (header == null) {
          throw new LogCorruptException(file, 0, "a header of zeros");
        }
        if (index >= 0 && (header.firstIndex() != index || header.firstPosition() != position)) {
          throw new LogCorruptException(
              file, 0, "the file does not begin where the one before it ends");
        }
        SegmentScanner scanner =
            new SegmentScanner(open, new FileWindow(open, buffer, buffer.capacity()), header)
                .checkingPayloadsFrom(0);
        check(scanner, file, stop);
        place(file, header, scanner.offset(), last);
        index = scanner.nextIndex();
        position = scanner.nextPosition();
      }
    }
    if (index != lastIndex + 1) {
      throw new IOException("no entry of index " + lastIndex + " in " + source);
    }
  }

  private static void check(SegmentScanner scanner, Path file, long stop) throws IOException {
    while (scanner.nextIndex() < stop) {
      Found found = scanner.next();
      if (found != Found.ENTRY) {
        throw new LogCorruptException(
            file,
            scanner.offset(),
            (found == Found.END ? "the end of the entries" : scanner.damage())
                + " where that of index "
                + scanner.nextIndex()
                + " was expected");
      }
      Verification.records(scanner, file);
    }
  }

  private void place(Path file, SegmentHeader header, long end, boolean last) throws IOException {
    Path target = next.resolve(String.valueOf(file.getFileName()));
    if (!last) {
      try {
        disk.link(file, target);
        return;
      } catch (IOException | UnsupportedOperationException e) {
        // another file system, or one without second names
      }
    }
    SegmentCut.copy(disk, file, target, header, end, options.sync());
  }

  /** What stands in the new folder, and will be the store's. */
  Recovery look(UUID boot) throws IOException {
    return Recovery.of(disk, next, options, boot);
  }

  /** Puts the new folder in the place of the present one, which has its former name afterwards. */
  void swap() throws IOException {
    Path segments = SegmentFiles.segmentsIn(directory);
    Path former = SegmentFiles.formerIn(directory);
    if (options.sync()) {
      disk.forceFolder(next);
      disk.forceFolder(directory);
    }
    disk.rename(segments, former);
    try {
      disk.rename(next, segments);
    } catch (IOException e) {
      disk.rename(former, segments);
      throw e;
    }
    if (options.sync()) {
      disk.forceFolder(directory);
    }
  }

  /** The segments under the names that they have after the swap. */
  List<Segment> renamed(List<Segment> found) {
    Path segments = SegmentFiles.segmentsIn(directory);
    List<Segment> renamed = new ArrayList<>();
    for (Segment segment : found) {
      Path file = segments.resolve(String.valueOf(segment.file().getFileName()));
      renamed.add(new Segment(file, segment.header(), segment.points(), segment.extent()));
    }
    return renamed;
  }

  /** Entries up to this index. */
  static List<Entry> upTo(List<Entry> entries, long lastIndex) {
    return entries.stream().filter(entry -> entry.index() <= lastIndex).toList();
  }
}
