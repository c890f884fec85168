package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An append-only log of records. {@link #append} and {@link #flush} belong to one thread; the rest
 * may be called from any.
 */
public interface Log extends AutoCloseable {

  /**
   * Told, on a thread of the log's choosing, that the commit position has moved. Must not block.
   */
  @FunctionalInterface
  interface CommitListener {
    void committed(long position);
  }

  /** How the log is (the patent's status call). */
  enum Status {
    OK,
    LOW_SPACE,
    FAILED,
    EXPIRED,
    OTHER_ERROR
  }

  /** Told of a change of status, with one line that says what is wrong. Must not block. */
  @FunctionalInterface
  interface StatusListener {
    void status(Status status, String reason);
  }

  /**
   * Appends one record; the payload is {@code payload} from index {@code from}, {@code length}
   * bytes (its position and limit are ignored and left alone). It is copied before the call
   * returns. Nothing is promised until {@link #committed()} has reached {@link #appended()}.
   *
   * @return the record's position
   * @throws IllegalArgumentException if the record would exceed {@link
   *     io.holdfast.logstore.record.RecordFlyweight#MAX_LENGTH}
   * @throws IllegalStateException "log stalled", if so much waits to be stored that the log cannot
   *     hold this record too; nothing was appended. An owner never gets there that stops taking in
   *     when {@link #uncommitted()} grows large. Also if the log is closed.
   */
  long append(
      RecordKind kind,
      int version,
      long timeMicros,
      long stream,
      long offset,
      ByteBuffer payload,
      int from,
      int length);

  /**
   * Hands over what was appended. Where the log needs no sync it is committed when this returns;
   * otherwise the commit listener is told later. Never waits for a disk's sync, never throws. On an
   * error the status changes, nothing is lost, and nothing more commits until a later flush
   * succeeds: while {@link #status()} is FAILED the owner calls it from a timer too, with or
   * without something new.
   */
  void flush();

  /** Position behind the last record appended. */
  long appended();

  /** Position behind the last committed record; everything before it is stable. */
  long committed();

  /**
   * Bytes that were appended and are not committed: the measure of a log that does not keep up.
   * From any thread.
   */
  default long uncommitted() {
    long stable = committed(); // read first: the difference is then never below zero
    return appended() - stable;
  }

  /** Position of the oldest record that is still there. */
  long first();

  /**
   * A reader that starts at the record at {@code position}, which the caller knows to be the start
   * of a record (or the end of the log), at least {@link #first()}.
   *
   * @throws LogTrimmedException if the position is before {@link #first()}
   * @throws IllegalArgumentException if it is beyond what was appended
   */
  LogReader reader(long position) throws IOException;

  /** Allows the log to drop what is before this position (in whole segments; never more). */
  void trim(long position);

  /**
   * A reader of one stream's own records (those that carry its key; RECEIVED records from the one
   * that holds this offset on, 0 for all), in the order of the log.
   *
   * @throws IllegalArgumentException if no such stream is open
   */
  default LogReader reader(long stream, long offset) throws IOException {
    Streams.Stream found =
        streams().stream(stream)
            .orElseThrow(() -> new IllegalArgumentException("no open stream " + stream));
    return new StreamReader(reader(Math.max(first(), found.opened())), stream, offset);
  }

  /** What the log knows of its streams. */
  Streams streams();

  /** Figures of this moment: bytes, records, commit latency, members. */
  LogStatistics statistics();

  /** Adds a listener. */
  void onCommit(CommitListener listener);

  /** Adds a listener. */
  void onStatus(StatusListener listener);

  Status status();

  @Override
  void close();
}
