package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentScanner.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Checks every checksum of a segment: of its header, its entries and their records. */
final class Verification {
  private Verification() {}

  /** Checks what the table holds now, one segment after the other. */
  static void verify(Disk disk, Supplier<SegmentTable> tables, Consumer<String> progress)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    SegmentTable now = tables.get();
    for (Segment segment : now.segments()) {
      try {
        long entries = verify(disk, segment, buffer);
        progress.accept(segment.file() + ": " + entries + " entries");
      } catch (LogCorruptException | NoSuchFileException e) {
        if (tables.get().segments().contains(segment)) {
          throw e;
        }
        progress.accept(segment.file() + ": dropped meanwhile");
      }
    }
  }

  /**
   * Reads the segment up to its present end.
   *
   * @return entries checked
   * @throws LogCorruptException at the first thing that is wrong
   */
  private static long verify(Disk disk, Segment segment, ByteBuffer buffer) throws IOException {
    Segment.Extent end = segment.extent();
    Path name = segment.file();
    try (DiskFile file = disk.openToRead(name)) {
      SegmentHeader header = SegmentHeader.read(name, file);
      if (header == null || !segment.header().equals(header)) {
        throw new LogCorruptException(name, 0, "another header than when the log was opened");
      }
      SegmentHeader.readMark(name, file);
      SegmentScanner scanner =
          new SegmentScanner(file, new FileWindow(file, buffer, buffer.capacity()), header)
              .checkingPayloadsFrom(0);
      while (scanner.nextIndex() <= end.lastIndex()) {
        Found found = scanner.next();
        if (found != Found.ENTRY) {
          throw new LogCorruptException(
              name,
              scanner.offset(),
              found == Found.END ? "nothing, where an entry had been written" : scanner.damage());
        }
        records(scanner, name);
      }
      return scanner.nextIndex() - header.firstIndex();
    }
  }

  /** Checks the records of the entry that was found last. */
  static void records(SegmentScanner scanner, Path name) throws IOException {
    if (scanner.kind() != EntryKind.RECORDS) {
      return;
    }
    int damage = RecordBatch.damageIn(scanner.payload());
    if (damage >= 0) {
      throw new LogCorruptException(
          name,
          scanner.entryOffset() + EntryHeader.LENGTH + damage,
          "no whole record whose checksum matches, in the entry of index " + scanner.entryIndex());
    }
  }
}
