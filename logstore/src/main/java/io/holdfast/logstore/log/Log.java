package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordKind;
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
   * otherwise the commit listener is told later. Never waits for a disk's sync. On an error the
   * status changes, nothing more commits until a later flush succeeds.
   */
  void flush();

  /** Position behind the last record appended. Appending thread only. */
  long appended();

  /** Position behind the last committed record; everything before it is stable. */
  long committed();

  /** Position of the oldest record that is still there. */
  long first();

  /** A reader that starts at the record at {@code position}, at least {@link #first()}. */
  LogReader reader(long position) throws IOException;

  /** Allows the log to drop what is before this position (in whole segments; never more). */
  void trim(long position);

  void onCommit(CommitListener listener);

  void onStatus(StatusListener listener);

  Status status();

  @Override
  void close();
}
