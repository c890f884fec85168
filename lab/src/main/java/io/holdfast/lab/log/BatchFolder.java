package io.holdfast.lab.log;

import io.holdfast.lab.history.BatchId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts records that are read one after the other together to the batches of a history: a named
 * record and those without a name behind it. Owned by one thread.
 */
final class BatchFolder {
  /**
   * A batch.
   *
   * @param name null where the first record that was read has none
   * @param hash of the hashes of its records
   */
  record Whole(@Nullable BatchId name, long position, int length, String hash) {}

  private final List<LogRecord> open = new ArrayList<>();

  /** Takes the next record; gives the batch that it ends, if any. */
  @Nullable Whole add(LogRecord record) {
    Whole ended = record.name() == null ? null : end();
    open.add(record);
    return ended;
  }

  /** The batch that is open; null where there is none. */
  @Nullable Whole end() {
    if (open.isEmpty()) {
      return null;
    }
    Whole whole = of(open);
    open.clear();
    return whole;
  }

  /** These records as a batch. */
  static Whole of(List<LogRecord> records) {
    StringBuilder hashes = new StringBuilder();
    int length = 0;
    for (LogRecord record : records) {
      hashes.append(record.hash());
      length += record.length();
    }
    LogRecord first = records.getFirst();
    return new Whole(
        first.name(),
        first.position(),
        length,
        BatchId.hash(ByteBuffer.wrap(hashes.toString().getBytes(StandardCharsets.US_ASCII))));
  }
}
