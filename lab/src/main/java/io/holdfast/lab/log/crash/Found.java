package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.Batch;
import io.holdfast.lab.history.BatchId;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.segment.EntryKind;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.OfflineEntries;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The committed records of a log, as a reader finds them.
 *
 * @param first where the oldest begins
 * @param batches in their order; a record each
 */
record Found(long first, List<Batch> batches) {
  private static final int BUFFER = 2 << 20;

  /** Makes the list immutable. */
  Found {
    batches = List.copyOf(batches);
  }

  /** Behind the last. */
  long end() {
    return batches.isEmpty() ? first : batches.getLast().position() + batches.getLast().length();
  }

  /** Reads all that is committed from the reader's position on. */
  static Found by(LogReader reader) throws IOException {
    long first = reader.position();
    List<Batch> batches = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    RecordFlyweight record = new RecordFlyweight();
    long position = first;
    while (true) {
      buffer.clear();
      int count = reader.read(buffer);
      if (count < 0) {
        throw new IOException("a record of " + -count + " bytes, longer than any that was written");
      }
      if (count == 0 && !reader.awaitMore()) {
        return new Found(first, batches);
      }
      for (int at = 0; at < count; at += record.length()) {
        record.wrap(buffer, at);
        batches.add(batch(record, position + at));
      }
      position += count;
    }
  }

  /** Reads the files of a member, up to this position, with the terms and owners of the entries. */
  static Found inFiles(Path directory, long end) throws IOException {
    List<Batch> batches = new ArrayList<>();
    RecordFlyweight record = new RecordFlyweight();
    long first = -1;
    long epoch = 0;
    try (OfflineEntries entries = OfflineEntries.open(directory)) {
      while (entries.next()) {
        first = first < 0 ? entries.position() : first;
        if (entries.kind() == EntryKind.OWNER) {
          epoch = entries.payload().getLong(0);
        } else if (entries.kind() == EntryKind.RECORDS && entries.position() < end) {
          ByteBuffer payload = entries.payload();
          for (int at = 0; at < payload.limit(); at += record.length()) {
            Batch batch = batch(record.wrap(payload, at), entries.position() + at);
            batches.add(
                new Batch(
                    batch.position(),
                    batch.length(),
                    batch.hash(),
                    entries.term(),
                    epoch == 0 ? batch.epoch() : epoch,
                    batch.id()));
          }
        }
      }
    }
    return new Found(Math.max(0, first), batches);
  }

  private static Batch batch(RecordFlyweight record, long position) {
    ByteBuffer payload = record.buffer().duplicate().clear().position(record.payloadIndex());
    payload.limit(record.payloadIndex() + record.payloadLength());
    BatchId id = BatchId.read(payload.slice());
    return new Batch(
        position,
        record.length(),
        BatchId.hash(payload),
        0, // a reader of records hears of no terms
        id == null ? 0 : id.epoch(),
        id);
  }
}
