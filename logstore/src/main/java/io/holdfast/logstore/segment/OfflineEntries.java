package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentScanner.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of a member's folder without owning it, and checks every one: after a crash, or
 * while a daemon writes. It changes nothing, and sees what is in the files, committed or not. At
 * the end {@link #next} may be asked again, and goes on with what has been written since. Owned by
 * one thread.
 */
public final class OfflineEntries implements AutoCloseable {
  private final Disk disk = Disk.real();
  private final Path folder;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

  private @Nullable Path name;
  private @Nullable DiskFile file;
  private @Nullable SegmentScanner scanner;

  /** Index and position of the next entry; the index is 0 before the first file was found. */
  private long nextIndex;

  private long nextPosition;
  private @Nullable String tail;

  private OfflineEntries(Path directory) {
    this.folder = SegmentFiles.segmentsIn(directory);
  }

  /**
   * Opens the store of a folder, before its oldest entry.
   *
   * @throws NoSuchFileException if there is no such folder
   */
  public static OfflineEntries open(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(directory.toString(), null, "no folder of a log");
    }
    SegmentFiles.refuseFormerFormat(Disk.real(), directory);
    return new OfflineEntries(directory);
  }

  /**
   * Goes on to the next whole entry.
   *
   * @return false at the end of the log, or before a tail that is no whole entry ({@link #tail})
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
      if (now.next() == Found.ENTRY) {
        return entry(now);
      }
      // The mark and the successor are asked for before the last look: then, what is before the
      // mark is written, and a file that has a successor is whole.
      int mark = SegmentHeader.readMark(name(), file());
      Path successor = successor();
      now.forget();
      Found found = now.next();
      if (found == Found.ENTRY) {
        return entry(now);
      }
      if (now.offset() < mark) {
        throw vanished(
            new LogCorruptException(
                name(),
                now.offset(),
                what(now, found)
                    + ", although all up to byte "
                    + mark
                    + " had been written (after a crash of the whole machine a log that is not"
                    + " synced may look so)"));
      }
      if (successor != null && SegmentFiles.firstIndexOf(successor) == nextIndex) {
        closeFile();
        continue;
      }
      return atTheEnd(now, found, successor);
    }
  }

  private boolean entry(SegmentScanner found) {
    nextIndex = found.nextIndex();
    nextPosition = found.nextPosition();
    return true;
  }

  private static String what(SegmentScanner scanner, Found found) {
    return found == Found.END ? "nothing, where an entry had been written" : scanner.damage();
  }

  /** There is no whole entry, and no file that goes on here. */
  private boolean atTheEnd(SegmentScanner now, Found found, @Nullable Path successor)
      throws IOException {
    if (!disk.exists(name())) {
      throw new LogTrimmedException(nextPosition, oldestPosition());
    }
    if (found == Found.DAMAGE || successor != null) {
      tail =
          "%s, index %d, position %d (byte %d of the file): %s"
              .formatted(name(), nextIndex, nextPosition, now.offset(), what(now, found));
    }
    if (successor != null && promised(successor)) {
      throw vanished(
          new LogCorruptException(
              name(),
              now.offset(),
              "its entries end at index "
                  + nextIndex
                  + ", while the next file is "
                  + successor.getFileName()));
    }
    return false;
  }

  /** Whether a file holds what cannot be the torn end of a synced log. */
  private boolean promised(Path successor) throws IOException {
    try (DiskFile open = disk.openToRead(successor)) {
      return SegmentHeader.read(successor, open) != null
          && SegmentHeader.readMark(successor, open) > SegmentHeader.LENGTH;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** What to say of damage: if the file has been dropped by its owner, it is none. */
  private IOException vanished(LogCorruptException damage) throws IOException {
    if (!disk.exists(name())) {
      return new LogTrimmedException(nextPosition, oldestPosition());
    }
    return damage;
  }

  private long oldestPosition() throws IOException {
    for (Path oldest : SegmentFiles.list(disk, folder)) {
      try (DiskFile open = disk.openToRead(oldest)) {
        SegmentHeader header = SegmentHeader.read(oldest, open);
        if (header != null) {
          return header.firstPosition();
        }
      } catch (NoSuchFileException e) {
        // dropped in this moment: the next
      }
    }
    return 0;
  }

  private @Nullable Path successor() throws IOException {
    long first = SegmentFiles.firstIndexOf(name());
    for (Path candidate : SegmentFiles.list(disk, folder)) {
      if (SegmentFiles.firstIndexOf(candidate) > first) {
        return candidate;
      }
    }
    return null;
  }

  /** Opens the file that begins at the next index; null if it is not there yet. */
  private @Nullable SegmentScanner open() throws IOException {
    List<Path> files = SegmentFiles.list(disk, folder);
    if (files.isEmpty()) {
      return null;
    }
    Path next = nextIndex == 0 ? files.getFirst() : SegmentFiles.fileIn(folder, nextIndex);
    DiskFile opened;
    try {
      opened = disk.openToRead(next);
    } catch (NoSuchFileException e) {
      if (nextIndex == 0) {
        return open(); // trimmed in this moment
      }
      throw new LogTrimmedException(nextPosition, oldestPosition());
    }
    boolean accepted = false;
    try {
      SegmentHeader header = SegmentHeader.read(next, opened);
      if (header == null) {
        tail = next + ": a header that is not written whole";
        return null;
      }
      if (nextIndex != 0 && header.firstPosition() != nextPosition) {
        throw new LogCorruptException(
            next, 0, "it begins at position " + header.firstPosition() + ", not " + nextPosition);
      }
      accepted = true;
      name = next;
      file = opened;
      nextIndex = header.firstIndex();
      nextPosition = header.firstPosition();
      FileWindow window = new FileWindow(opened, buffer, buffer.capacity());
      SegmentScanner made = new SegmentScanner(opened, window, header).checkingPayloadsFrom(0);
      scanner = made;
      return made;
    } finally {
      if (!accepted) {
        opened.close();
      }
    }
  }

  private Path name() {
    if (name == null) {
      throw new IllegalStateException("no entry was found");
    }
    return name;
  }

  private DiskFile file() {
    if (file == null) {
      throw new IllegalStateException("no entry was found");
    }
    return file;
  }

  private SegmentScanner found() {
    if (scanner == null) {
      throw new IllegalStateException("no entry was found");
    }
    return scanner;
  }

  /** Index of the entry that {@link #next} found. */
  public long index() {
    return found().entryIndex();
  }

  /** Term of the entry that {@link #next} found. */
  public long term() {
    return found().term();
  }

  /** Kind of the entry that {@link #next} found. */
  public EntryKind kind() {
    return found().kind();
  }

  /** Position before the entry that {@link #next} found. */
  public long position() {
    return found().entryPosition();
  }

  /** The payload of the entry that {@link #next} found; valid until it is called again. */
  public ByteBuffer payload() throws IOException {
    return found().payload();
  }

  /** The file of the entry that {@link #next} found. */
  public Path segmentFile() {
    return name();
  }

  /** Bytes from the start of the file to the payload of the entry that {@link #next} found. */
  public long payloadOffset() {
    return found().entryOffset() + EntryHeader.LENGTH;
  }

  /** Position behind the last whole entry that was found. */
  public long end() {
    return nextPosition;
  }

  /** After {@link #next} returned false: what stands behind the last whole entry, if anything. */
  public Optional<String> tail() {
    return Optional.ofNullable(tail);
  }

  private void closeFile() throws IOException {
    scanner = null;
    if (file != null) {
      file.close();
      file = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeFile();
  }
}
