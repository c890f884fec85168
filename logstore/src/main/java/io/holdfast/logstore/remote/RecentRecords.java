package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.LogBackend;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What this owner submitted last, so that its readers need not ask the servers for what it knows.
 * One thread adds and drops, many read. The oldest go when more than a bound is held; what a reader
 * still holds then stays as it was.
 */
final class RecentRecords {
  @SuppressWarnings("ArrayRecordComponent") // shared, never compared
  private record Batch(long position, byte[] bytes, int length) {
    long end() {
      return position + length;
    }
  }

  private final long bound;
  private final ConcurrentSkipListMap<Long, Batch> batches = new ConcurrentSkipListMap<>();

  /** Bytes of the arrays. Owned by the thread that adds. */
  private long held;

  RecentRecords(long bound) {
    this.bound = bound;
  }

  /** Keeps whole records: {@code length} bytes from {@link LogBackend#PREFIX} on. */
  void add(long position, byte[] batch, int length) {
    held += batch.length;
    Batch same = batches.put(position, new Batch(position, batch, length));
    if (same != null) {
      held -= same.bytes.length;
    }
    while (held > bound && batches.size() > 1) {
      held -= batches.pollFirstEntry().getValue().bytes.length;
    }
  }

  /** Forgets what begins at this position or behind it. */
  void truncate(long end) {
    batches
        .tailMap(end)
        .values()
        .removeIf(
            batch -> {
              held -= batch.bytes.length;
              return true;
            });
  }

  /** Whether the record at this position is here. */
  boolean holds(long position) {
    Map.Entry<Long, Batch> found = batches.floorEntry(position);
    return found != null && position < found.getValue().end();
  }

  /**
   * As {@link io.holdfast.logstore.segment.LogReader#read}, from this position and not beyond
   * {@code committed}; 0 if it is not here.
   */
  int read(long position, long committed, ByteBuffer into) {
    Map.Entry<Long, Batch> found = batches.floorEntry(position);
    if (found == null || position >= found.getValue().end()) {
      return 0;
    }
    Batch batch = found.getValue();
    int from = LogBackend.PREFIX + (int) (position - batch.position);
    int end = LogBackend.PREFIX + (int) (Math.min(committed, batch.end()) - batch.position);
    return copy(batch.bytes, from, end, into);
  }

  /** Puts as many of these whole records as fit; minus the first one's length if that does not. */
  static int copy(byte[] bytes, int from, int end, ByteBuffer into) {
    if (from >= end) {
      return 0;
    }
    ByteBuffer records = ByteBuffer.wrap(bytes);
    int length = RecordRun.fitting(records, from, end, into.remaining());
    if (length == 0) {
      return -records.getInt(from);
    }
    into.put(bytes, from, length);
    return length;
  }
}
