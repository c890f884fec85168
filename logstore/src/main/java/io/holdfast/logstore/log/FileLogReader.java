package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads segment files with positioned reads straight into the caller's buffer, from the position on
 * as far as is committed, one file in a call. An open file outlives its deletion by a trim.
 */
final class FileLogReader implements LogReader {
  private final FileLog log;
  private final RecordFlyweight record = new RecordFlyweight();
  private final ByteBuffer four = ByteBuffer.allocateDirect(4);
  private long position;
  private @Nullable Segment segment;
  private @Nullable FileChannel channel;

  FileLogReader(FileLog log, long position) {
    this.log = log;
    this.position = position;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    long committed = log.committed();
    if (position >= committed) {
      return 0;
    }
    Segment from = segment();
    FileChannel file = file(from);
    long available = Math.min(committed, from.end()) - position;
    int room = (int) Math.min(into.remaining(), available);
    int start = into.position();
    int whole = room < 4 ? 0 : wholeRecords(from, into, start, fill(file, from, into, room));
    if (whole == 0) {
      return -nextLength(file, from, available);
    }
    into.position(start + whole);
    position += whole;
    return whole;
  }

  /** Reads so many bytes, leaves the buffer's position and limit as they were. */
  private int fill(FileChannel file, Segment from, ByteBuffer into, int bytes) throws IOException {
    int start = into.position();
    int limit = into.limit();
    try {
      into.limit(start + bytes);
      readFully(file, from, into);
      return bytes;
    } finally {
      into.limit(limit).position(start);
    }
  }

  private void readFully(FileChannel file, Segment from, ByteBuffer into) throws IOException {
    long at = from.offsetOf(position);
    while (into.hasRemaining()) {
      int count = file.read(into, at);
      if (count < 0) {
        throw new LogCorruptException(from.file(), at, "the file ends before what was committed");
      }
      at += count;
    }
  }

  /** Bytes of the whole records among the first so many. */
  private int wholeRecords(Segment from, ByteBuffer into, int start, int bytes)
      throws LogCorruptException {
    boolean unchecked = position < log.checkedFrom();
    int whole = 0;
    while (bytes - whole >= 4) {
      int length = record.wrap(into, start + whole).length();
      check(from, position + whole, length, Long.MAX_VALUE);
      if (length > bytes - whole) {
        break;
      }
      if (unchecked && !record.intact()) {
        throw new LogCorruptException(
            from.file(),
            from.offsetOf(position + whole),
            "a record of " + length + " bytes whose checksum does not match");
      }
      whole += length;
    }
    return whole;
  }

  private int nextLength(FileChannel file, Segment from, long available) throws IOException {
    readFully(file, from, four.clear().limit((int) Math.min(4, available)));
    if (available < 4) {
      throw new LogCorruptException(
          from.file(), from.offsetOf(position), "no record starts at position " + position);
    }
    int length = four.getInt(0);
    check(from, position, length, available);
    return length;
  }

  private static void check(Segment from, long at, int length, long available)
      throws LogCorruptException {
    if (length < RecordFlyweight.HEADER_LENGTH
        || length > RecordFlyweight.MAX_LENGTH
        || length > available) {
      throw new LogCorruptException(
          from.file(),
          from.offsetOf(at),
          "a record that claims " + Integer.toUnsignedString(length) + " bytes");
    }
  }

  private Segment segment() throws LogTrimmedException {
    Segment now = segment;
    if (now != null && position < now.end()) {
      return now;
    }
    Segment next = log.segmentHolding(position);
    if (next == null) {
      throw new LogTrimmedException(position, log.first());
    }
    close();
    segment = next;
    return next;
  }

  private FileChannel file(Segment of) throws IOException {
    FileChannel now = channel;
    if (now != null && now.isOpen()) {
      return now;
    }
    try {
      FileChannel opened = FileChannel.open(of.file(), StandardOpenOption.READ);
      channel = opened;
      return opened;
    } catch (NoSuchFileException e) {
      segment = null;
      if (log.first() > position) {
        throw new LogTrimmedException(position, log.first());
      }
      throw e;
    }
  }

  @Override
  public void close() {
    segment = null;
    if (channel != null) {
      FileLog.closeQuietly(channel);
      channel = null;
    }
  }
}
