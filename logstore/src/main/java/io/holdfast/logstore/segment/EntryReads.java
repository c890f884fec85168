package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentScanner.Found;
import io.holdfast.logstore.segment.SegmentStore.Entry;
import io.holdfast.logstore.segment.SparseIndex.Point;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Finds entries by their index: from the nearest point of the sparse index on, or, when they are
 * asked for in sequence, at once. From any thread.
 */
final class EntryReads {
  private static final int WALK = 32 << 10;
  private static final int STRAIGHT = 4 << 10;
  private static final int HINTS = 16;

  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(WALK));

  /** Where the entry behind one that was read stands. */
  private record Hint(Segment segment, Point point) {}

  private final OpenFiles files;
  private final Supplier<SegmentTable> tables;
  private final AtomicReferenceArray<@Nullable Hint> hints = new AtomicReferenceArray<>(HINTS);

  /** Reads of what the present table holds. */
  EntryReads(OpenFiles files, Supplier<SegmentTable> tables) {
    this.files = files;
    this.tables = tables;
  }

  /** What is done once more if the entries were cut, trimmed or replaced meanwhile. */
  @FunctionalInterface
  private interface Read<T> {
    T in(Segment segment) throws IOException;
  }

  private <T> @Nullable T find(long index, Read<T> read) throws IOException {
    while (true) {
      SegmentTable now = tables.get();
      Segment segment = now.holding(index);
      if (segment == null) {
        return null;
      }
      try {
        return read.in(segment);
      } catch (LogCorruptException | NoSuchFileException e) {
        SegmentTable then = tables.get();
        if (then.generation() == now.generation() && segment.equals(then.holding(index))) {
          throw e;
        }
      }
    }
  }

  /** The entry of this index, checked; null if it is not held. */
  @Nullable Entry entry(long index) throws IOException {
    return find(index, segment -> entry(segment, index));
  }

  /** The term of the entry of this index; 0 if it is not held. */
  long term(long index) throws IOException {
    Long term = find(index, segment -> term(segment, index));
    return term == null ? 0 : term;
  }

  private Entry entry(Segment segment, long index) throws IOException {
    try (OpenFiles.Use use = files.use(segment)) {
      SegmentScanner scanner = scan(use.file(), segment, index);
      Entry entry = payload(use.file(), segment.file(), scanner);
      long next = index + 1;
      Point behind = new Point(scanner.offset(), next, scanner.nextPosition());
      hints.set((int) (next % HINTS), new Hint(segment, behind));
      return entry;
    }
  }

  private long term(Segment segment, long index) throws IOException {
    Segment.Extent end = segment.extent();
    if (index == end.lastIndex()) {
      return end.lastTerm();
    }
    try (OpenFiles.Use use = files.use(segment)) {
      return scan(use.file(), segment, index).term();
    }
  }

  /** How far the segment would go if this entry, which it holds, were its last. */
  Segment.Extent extentUpTo(Segment segment, long index) throws IOException {
    try (OpenFiles.Use use = files.use(segment)) {
      SegmentScanner scanner = scan(use.file(), segment, index);
      return new Segment.Extent(scanner.offset(), index, scanner.term(), scanner.nextPosition());
    }
  }

  /** A scanner that has just found the entry. */
  private SegmentScanner scan(DiskFile file, Segment segment, long index) throws IOException {
    Hint hint = hints.get((int) (index % HINTS));
    boolean straight = hint != null && hint.segment.equals(segment) && hint.point.index() == index;
    Point from =
        straight && hint != null ? hint.point : segment.points().atIndex(index, segment.header());
    FileWindow window = new FileWindow(file, BUFFER.get(), straight ? STRAIGHT : WALK);
    SegmentScanner scanner = scanner(file, window, segment.header().salt(), from);
    do {
      find(scanner, segment.file());
    } while (scanner.entryIndex() < index);
    return scanner;
  }

  private static SegmentScanner scanner(DiskFile file, FileWindow window, int salt, Point from) {
    return new SegmentScanner(file, window, salt, from.offset(), from.index(), from.position());
  }

  private static void find(SegmentScanner scanner, Path name) throws IOException {
    Found found = scanner.next();
    if (found != Found.ENTRY) {
      throw new LogCorruptException(
          name,
          scanner.offset(),
          found == Found.END ? "nothing, where an entry had been written" : scanner.damage());
    }
  }

  /** Reads the entry that stands at this point. */
  static Entry read(DiskFile file, Path name, int salt, Point at) throws IOException {
    FileWindow window = new FileWindow(file, BUFFER.get(), STRAIGHT);
    SegmentScanner scanner = scanner(file, window, salt, at);
    find(scanner, name);
    return payload(file, name, scanner);
  }

  /** The entry that the scanner found, with a copy of its payload, checked. */
  private static Entry payload(DiskFile file, Path name, SegmentScanner found) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(found.length());
    long start = found.entryOffset() + EntryHeader.LENGTH;
    found.copy(payload);
    while (payload.hasRemaining()) {
      if (file.read(payload, start + payload.position()) < 0) {
        throw new LogCorruptException(
            name,
            found.entryOffset(),
            "an entry of "
                + found.length()
                + " bytes, of which "
                + payload.position()
                + " are there");
      }
    }
    payload.flip();
    if (EntryHeader.crcOf(payload, 0, payload.limit(), new CRC32C()) != found.payloadCrc()) {
      throw new LogCorruptException(
          name,
          found.entryOffset(),
          "an entry of " + found.length() + " bytes whose checksum does not match");
    }
    return new Entry(
        found.entryIndex(), found.term(), found.kind(), found.entryPosition(), payload);
  }
}
