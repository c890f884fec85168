package io.holdfast.logstore.log;

import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * The log as a member offers it to owners in other processes. From any thread. Only the member that
 * leads takes appends.
 *
 * <p>An append is identified by the owner's epoch and its position: one that is repeated after its
 * outcome was lost is taken once, and a position that does not continue the log is refused.
 */
public interface SharedLog {
  /** This member does not lead; another may. */
  final class NotLeaderException extends IOException {
    private static final long serialVersionUID = 1;
    private final String leader;

    /** The leader's host:port, or empty if none is known. */
    public NotLeaderException(String leader) {
      super(leader.isEmpty() ? "the log has no leader" : "the log is led by " + leader);
      this.leader = leader;
    }

    public String leader() {
      return leader;
    }
  }

  /** The log has another owner by now. */
  final class ExpiredException extends IOException {
    private static final long serialVersionUID = 1;

    public ExpiredException(String message) {
      super(message);
    }
  }

  /** The batch does not begin where the log ends. */
  final class PositionException extends IOException {
    private static final long serialVersionUID = 1;
    private final long end;

    /** The end of the log, of what is committed and what is under way. */
    public PositionException(long position, long end) {
      super("an append at position " + position + ", while the log ends at " + end);
      this.end = end;
    }

    public long end() {
      return end;
    }
  }

  /**
   * Begins the turn of an owner, or goes on with it after a connection or a leader was lost.
   *
   * @param owner a name for messages, at most 63 characters
   * @param resume epoch of the turn to go on with, 0 for a new turn, which ends all others
   * @return completes when it is committed; exceptionally with {@link NotLeaderException}, {@link
   *     ExpiredException} if the turn to go on with is over, or another IOException
   */
  CompletableFuture<LogBackend.Grant> open(String owner, long resume);

  /**
   * Appends whole records, {@code length} bytes of the array from {@link LogBackend#PREFIX} on.
   * Appends take effect in the order of the calls.
   *
   * @return completes with the position behind them when they are committed; exceptionally with one
   *     of the exceptions above. After a failure the outcome is not known until the turn is resumed
   */
  CompletableFuture<Long> append(long epoch, long position, byte[] batch, int length);

  /** As {@link Log#committed()}. */
  long committed();

  /** As {@link Log#first()}. */
  long first();

  /** As {@link Log#reader(long)}. */
  LogReader reader(long position) throws IOException;

  /** As {@link Log#trim}, for the owner of this epoch. */
  CompletableFuture<Void> trim(long epoch, long position);

  Streams streams();

  LogStatistics statistics();

  Log.Status status();

  /** One line that says why the status is what it is; empty when OK. */
  String reason();

  /** Host and port of the member that leads, or empty. */
  String leader();
}
