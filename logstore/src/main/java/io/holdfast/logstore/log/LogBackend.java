package io.holdfast.logstore.log;

import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;

/**
 * Where an {@link OwnedLog} keeps its bytes: a member of the replicated log in this process, or the
 * members on other machines. There is one owner of a log at a time; a later one ends the turn of
 * the earlier.
 */
public interface LogBackend extends AutoCloseable {
  /** Bytes at the start of every submitted array that belong to the backend. */
  int PREFIX = 16;

  /**
   * What a new owner is told.
   *
   * @param epoch of this owner, larger than that of any before
   * @param first position of the oldest record
   * @param position end of the log: everything before it is committed
   */
  record Grant(long epoch, long first, long position) {}

  /**
   * What an owner hears, on threads of the backend or, from within {@link #submit}, its own. A
   * backend holds no lock of its own while it tells, and the listener must not block.
   */
  interface Listener {
    /**
     * Everything before this position is stable. Also told again when a reader may now find what it
     * did not find before.
     */
    void committed(long position);

    /**
     * There is a leader (again), we still own the log, and this is its end: what was submitted
     * beyond it must be submitted again. Without a loss in between: {@link #submit} takes again.
     */
    void resumed(long position);

    /** Somebody else owns the log. Nothing of ours is appended any more; final. */
    void expired(String reason);

    /** How the log is, with one line that says why. */
    void status(Log.Status status, String reason);
  }

  /**
   * Makes the caller the owner. Waits until there is a leader that takes it, for as long as the
   * backend was told to.
   *
   * @throws IOException with one line for the operator
   */
  Grant open(String owner, Listener listener) throws IOException;

  /**
   * Hands over whole records: {@code length} bytes of the array from {@link #PREFIX} on, which
   * begin at this position of the log. The array belongs to the backend from now on. Batches are
   * contiguous; never waits for a disk or the network.
   *
   * @return false if it takes nothing now; {@link Listener#resumed} or the next commit tells when
   */
  boolean submit(long position, byte[] batch, int length);

  /** A reader of committed records; see {@link Log#reader(long)}. */
  LogReader reader(long position) throws IOException;

  /** Position of the oldest record that is still there. */
  long first();

  /** Allows the log to drop what is before this position. */
  void trim(long position);

  /** The streams of the log, as far as it is committed. */
  Streams streams();

  /** Figures of this moment. */
  LogStatistics statistics();

  @Override
  void close();
}
