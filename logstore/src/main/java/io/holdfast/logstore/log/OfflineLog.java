package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.segment.EntryKind;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.LogTrimmedException;
import io.holdfast.logstore.segment.OfflineEntries;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the records of a member's folder without owning it, every entry, every record and every
 * checksum: after a crash, or while a daemon writes. It changes nothing, and sees what is in the
 * files, committed or not.
 *
 * <pre>{@code
 * try (OfflineLog log = OfflineLog.open(directory)) {
 *   while (log.next()) {
 *     show(log.position(), log.record());
 *   }
 *   log.tail().ifPresent(text -> warn(text));
 * }
 * }</pre>
 *
 * <p>At the end {@link #next} may be asked again, and goes on with what has been written since.
 * Owned by one thread.
 */
public final class OfflineLog implements AutoCloseable {
  private final OfflineEntries entries;
  private final RecordFlyweight record = new RecordFlyweight();

  /** The entry that is being read, and where in it the next record begins. */
  private ByteBuffer payload = ByteBuffer.allocate(0);

  private int at;
  private int next;

  private OfflineLog(OfflineEntries entries) {
    this.entries = entries;
  }

  /**
   * Opens the log of a folder, before its oldest record.
   *
   * @throws NoSuchFileException if there is no such folder
   */
  public static OfflineLog open(Path directory) throws IOException {
    return new OfflineLog(OfflineEntries.open(directory));
  }

  /**
   * Goes on to the next whole record.
   *
   * @return false at the end of the log, or before a tail that is no whole entry ({@link #tail})
   * @throws LogCorruptException if there is damage that no crash of a writer explains
   * @throws LogTrimmedException if the owner dropped what would be read next
   */
  public boolean next() throws IOException {
    while (next == payload.limit()) {
      if (!entries.next()) {
        return false;
      }
      payload = entries.kind() == EntryKind.RECORDS ? entries.payload() : ByteBuffer.allocate(0);
      at = 0;
      next = 0;
    }
    int rest = payload.limit() - next;
    int length = rest < RecordFlyweight.HEADER_LENGTH ? 0 : record.wrap(payload, next).length();
    if (length < RecordFlyweight.HEADER_LENGTH || length > rest || !record.intact()) {
      throw new LogCorruptException(
          entries.segmentFile(),
          entries.payloadOffset() + next,
          "no whole record whose checksum matches, in the entry of index " + index());
    }
    at = next;
    next += length;
    return true;
  }

  /** Position of the record that {@link #next} found. */
  public long position() {
    return entries.position() + at;
  }

  /** The record that {@link #next} found; valid until it is called again. */
  public RecordFlyweight record() {
    if (next == 0) {
      throw new IllegalStateException("no record was found");
    }
    return record;
  }

  /** Index of the entry that holds the record. */
  public long index() {
    return entries.index();
  }

  /** Term of the entry that holds the record. */
  public long term() {
    return entries.term();
  }

  /** Position behind the last whole record that was found. */
  public long end() {
    return payload.limit() == 0 ? entries.end() : entries.position() + next;
  }

  /** After {@link #next} returned false: what stands behind the last whole entry, if anything. */
  public Optional<String> tail() {
    return entries.tail();
  }

  @Override
  public void close() throws IOException {
    entries.close();
  }
}
