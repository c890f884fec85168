package io.holdfast.logstore.segment;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.segment.SegmentScanner.Found;
import io.holdfast.logstore.segment.SparseIndex.Point;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of RECORDS entries straight into the caller's buffer: a stretch of the file
 * with one call, out of which the headers of entries are then taken. Each record is checked. Owned
 * by one thread.
 */
final class PositionReader implements LogReader {
  private static final int WALK = 16 << 10;

  private final Disk disk;
  private final Supplier<SegmentTable> tables;
  private final LongSupplier limit;
  private final RecordFlyweight record = new RecordFlyweight();
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer header = ByteBuffer.allocateDirect(EntryHeader.LENGTH);

  /** Position of the next record. */
  private long position;

  /** Where in the file the next byte stands: of a record, or of an entry's header. */
  private long offset;

  /** Record bytes of the present entry that are still to be read; 0 before a header. */
  private int left;

  /** Index of the entry whose header comes next. */
  private long index;

  private long generation = -1;
  private @Nullable Segment segment;
  private @Nullable DiskFile file;

  PositionReader(Disk disk, Supplier<SegmentTable> tables, long position, LongSupplier limit) {
    this.disk = disk;
    this.tables = tables;
    this.position = position;
    this.limit = limit;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    while (true) {
      SegmentTable table = tables.get();
      if (table.generation() != generation) {
        close();
        generation = table.generation();
      }
      int start = into.position();
      int bound = into.limit();
      try {
        return read(table, into);
      } catch (LogCorruptException | NoSuchFileException e) {
        // What was read may have been cut off, or trimmed, meanwhile: then it is looked for anew.
        into.limit(bound).position(start);
        close();
        SegmentTable now = tables.get();
        Segment first = now.first();
        if (first == null || position < first.firstPosition()) {
          throw new LogTrimmedException(position, first == null ? 0 : first.firstPosition());
        }
        if (now.generation() == generation) {
          throw e;
        }
      }
    }
  }

  private int read(SegmentTable table, ByteBuffer into) throws IOException {
    while (true) {
      if (position >= limit.getAsLong()) {
        return 0;
      }
      Segment from = segment;
      if (from == null) {
        from = seek(table);
        if (from == null) {
          return 0;
        }
      }
      Segment.Extent end = from.extent();
      if (offset >= end.offset()) {
        Segment next = table.after(from);
        if (next == null) {
          return 0;
        }
        if (next.firstIndex() != index) {
          throw new LogTrimmedException(position, next.firstPosition());
        }
        begin(next);
        continue;
      }
      if (left == 0 && into.remaining() < EntryHeader.LENGTH) {
        passHeader(from);
        continue;
      }
      long before = offset;
      int count = fill(from, end, into);
      if (count > 0) {
        return count;
      }
      if (offset == before) {
        return -nextLength(from);
      }
    }
  }

  /** Goes to where the position stands; null in a store without entries. */
  private @Nullable Segment seek(SegmentTable table) throws IOException {
    Segment first = table.first();
    Segment found = table.atPosition(position);
    if (found == null) {
      if (first == null) {
        return null;
      }
      throw new LogTrimmedException(position, first.firstPosition());
    }
    Segment.Extent end = found.extent();
    if (position > end.position()) {
      return null;
    }
    begin(found);
    Point point = found.points().atPosition(position, end.offset(), found.header());
    FileWindow window = new FileWindow(file(found), ByteBuffer.allocate(WALK), WALK);
    SegmentScanner scanner =
        new SegmentScanner(
            file(found),
            window,
            found.header().salt(),
            point.offset(),
            point.index(),
            point.position());
    while (scanner.offset() < end.offset() && scanner.nextPosition() <= position) {
      if (scanner.next() != Found.ENTRY) {
        throw new LogCorruptException(
            found.file(), scanner.offset(), "no entry: " + scanner.damage());
      }
    }
    offset = scanner.offset();
    index = scanner.nextIndex();
    left = 0;
    if (scanner.nextPosition() > position) {
      left = (int) (scanner.nextPosition() - position);
      offset -= left;
    }
    return found;
  }

  private void begin(Segment next) {
    close();
    segment = next;
    offset = SegmentHeader.LENGTH;
    index = next.firstIndex();
    left = 0;
  }

  private DiskFile file(Segment of) throws IOException {
    DiskFile now = file;
    if (now == null) {
      now = disk.openToRead(of.file());
      file = now;
    }
    return now;
  }

  /** Reads the header that comes next into a buffer of our own, and goes past it. */
  private void passHeader(Segment from) throws IOException {
    readFully(from, header.clear(), offset);
    offset += header(from, header, 0);
  }

  /** Checks the header at this index, and takes it in; bytes to go on by. */
  private int header(Segment from, ByteBuffer bytes, int at) throws LogCorruptException {
    String problem = EntryHeader.problem(bytes, at, from.header().salt(), crc);
    if (problem.isEmpty()
        && (bytes.getLong(at + EntryHeader.INDEX_OFFSET) != index
            || bytes.getLong(at + EntryHeader.POSITION_OFFSET) != position)) {
      problem = "the header of another entry than that of index " + index;
    }
    if (!problem.isEmpty()) {
      throw new LogCorruptException(from.file(), offset, problem);
    }
    int length = bytes.getInt(at + EntryHeader.LENGTH_OFFSET);
    boolean records = bytes.get(at + EntryHeader.KIND_OFFSET) == EntryKind.RECORDS.code();
    index++;
    left = records ? length : 0;
    return EntryHeader.LENGTH + (records ? 0 : length);
  }

  /**
   * Reads a stretch of the file, and keeps its whole records up to the limit. Goes on past what was
   * used, which may be headers alone.
   */
  private int fill(Segment from, Segment.Extent end, ByteBuffer into) throws IOException {
    long most = limit.getAsLong();
    int start = into.position();
    int bound = into.limit();
    int raw = (int) Math.min(into.remaining(), end.offset() - offset);
    into.limit(start + raw);
    try {
      readFully(from, into, offset);
    } finally {
      into.limit(bound).position(start);
    }
    int stop = start + raw;
    int put = start;
    int at = start;
    while (at < stop) {
      try {
        if (left == 0) {
          if (stop - at < EntryHeader.LENGTH) {
            break;
          }
          int past = header(from, into, at);
          at += past;
          offset += past;
          continue;
        }
        int length = wholeRecord(from, into, at, stop);
        if (length == 0 || position + length > most) {
          break;
        }
        if (put != at) {
          into.put(put, into, at, length);
        }
        put += length;
        at += length;
        offset += length;
        left -= length;
        position += length;
      } catch (LogCorruptException e) {
        if (put == start) {
          throw e;
        }
        break; // first what stands in front of the damage
      }
    }
    into.position(put);
    return put - start;
  }

  /** Length of the record that stands whole and intact before this index, or 0. */
  private int wholeRecord(Segment from, ByteBuffer bytes, int at, int stop)
      throws LogCorruptException {
    int length = stop - at < Integer.BYTES ? 0 : checkedLength(from, bytes.getInt(at));
    if (length == 0 || length > stop - at) {
      return 0;
    }
    if (!record.wrap(bytes, at).intact()) {
      throw new LogCorruptException(
          from.file(), offset, "a record of " + length + " bytes whose checksum does not match");
    }
    return length;
  }

  private int checkedLength(Segment from, int length) throws LogCorruptException {
    if (length < RecordFlyweight.HEADER_LENGTH
        || length > RecordFlyweight.MAX_LENGTH
        || length > left) {
      throw new LogCorruptException(
          from.file(),
          offset,
          "a record that claims " + Integer.toUnsignedString(length) + " bytes");
    }
    return length;
  }

  /** Length of the record that comes next, of which the caller's buffer has not room. */
  private int nextLength(Segment from) throws IOException {
    if (left < Integer.BYTES) {
      throw new LogCorruptException(
          from.file(), offset, "no record starts at position " + position);
    }
    readFully(from, header.clear().limit(Integer.BYTES), offset);
    int length = checkedLength(from, header.getInt(0));
    return position + length > limit.getAsLong() ? 0 : length;
  }

  private void readFully(Segment from, ByteBuffer into, long at) throws IOException {
    DiskFile open = file(from);
    long place = at;
    while (into.hasRemaining()) {
      int count = open.read(into, place);
      if (count < 0) {
        throw new LogCorruptException(from.file(), place, "the file ends before its entries do");
      }
      place += count;
    }
  }

  /** For messages. */
  @Override
  public String toString() {
    Path name = segment == null ? null : segment.file();
    return "reader at position " + position + (name == null ? "" : " in " + name);
  }

  @Override
  public void close() {
    segment = null;
    if (file != null) {
      OpenFiles.close(file);
      file = null;
    }
  }
}
