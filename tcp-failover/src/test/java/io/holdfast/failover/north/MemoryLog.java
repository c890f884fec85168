package io.holdfast.failover.north;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A log of fixed size in memory, which begins at a position other than 0. */
final class MemoryLog implements Log {
  static final long FIRST = 1_000;

  private final ByteBuffer bytes;
  private final RecordFlyweight header = new RecordFlyweight();
  private int appended;
  private volatile long committed = FIRST;

  MemoryLog(int capacity) {
    bytes = ByteBuffer.allocateDirect(capacity);
  }

  @Override
  public long append(
      RecordKind kind,
      int version,
      long timeMicros,
      long stream,
      long offset,
      ByteBuffer payload,
      int from,
      int length) {
    long position = appended();
    bytes.put(appended + RecordFlyweight.HEADER_LENGTH, payload, from, length);
    header.wrap(bytes, appended).header(kind, version, timeMicros, stream, offset, length).seal();
    appended += header.length();
    return position;
  }

  /** Appends and commits one RECEIVED record; returns its position. */
  long put(long stream, long offset, byte[] payload) {
    long position =
        append(
            RecordKind.RECEIVED, 1, 0, stream, offset, ByteBuffer.wrap(payload), 0, payload.length);
    flush();
    return position;
  }

  /** Turns one bit of what stands at this position. */
  void spoil(long position) {
    int index = (int) (position - FIRST);
    bytes.put(index, (byte) (bytes.get(index) ^ 1));
  }

  @Override
  public void flush() {
    committed = appended();
  }

  @Override
  public long appended() {
    return FIRST + appended;
  }

  @Override
  public long committed() {
    return committed;
  }

  @Override
  public long first() {
    return FIRST;
  }

  @Override
  public LogReader reader(long position) throws IOException {
    if (position < FIRST) {
      throw new IOException("trimmed away: " + position);
    }
    return new LogReader() {
      private final ByteBuffer view = bytes.duplicate();
      private long at = position;

      @Override
      public long position() {
        return at;
      }

      @Override
      public int read(ByteBuffer into) {
        int start = (int) (at - FIRST);
        int end = start;
        int limit = (int) (committed - FIRST);
        while (end < limit && end + view.getInt(end) - start <= into.remaining()) {
          end += view.getInt(end);
        }
        if (end == start) {
          return start == limit ? 0 : -view.getInt(start);
        }
        into.put(view.limit(end).position(start));
        view.clear();
        at += end - start;
        return end - start;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void trim(long position) {}

  @Override
  public void onCommit(CommitListener listener) {}

  @Override
  public void onStatus(StatusListener listener) {}

  @Override
  public Status status() {
    return Status.OK;
  }

  @Override
  public void close() {}

  @Override
  public Streams streams() {
    throw new UnsupportedOperationException();
  }

  @Override
  public LogStatistics statistics() {
    throw new UnsupportedOperationException();
  }
}
