package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import java.util.List;

/** What a member answers. */
sealed interface Answer {

  /** To OPEN and RESUME; see {@link io.holdfast.logstore.log.LogBackend.Grant}. */
  record Granted(long epoch, long first, long position) implements Answer {}

  /** To APPEND: everything before this position is committed. */
  record Appended(long position) implements Answer {}

  /**
   * To READ.
   *
   * @param position of the first record
   * @param committed end of what is committed; nothing came if it is not beyond {@code position}
   * @param first of the log
   * @param records whole records, checked; {@code length} bytes of the array from 0 on
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Records(long position, long committed, long first, byte[] records, int length)
      implements Answer {}

  /** To TRIM: the oldest record is at this position now. */
  record Trimmed(long first) implements Answer {}

  /**
   * To STREAMS.
   *
   * @param active number of open streams
   * @param found those that were asked for
   */
  record StreamsFound(int active, List<Streams.Stream> found) implements Answer {
    /** Makes the list immutable. */
    public StreamsFound {
      found = List.copyOf(found);
    }
  }

  /** To STATISTICS. */
  record Figures(LogStatistics statistics) implements Answer {}

  /**
   * To WATCH.
   *
   * @param state number of the state that is told; another at each change
   * @param leader host and port, or empty
   */
  record Watched(
      long state, long committed, long first, Log.Status status, String reason, String leader)
      implements Answer {}

  /** To any request: no. */
  record Failure(Reason reason, long value, String text) implements Answer {}

  /** Why not. The code never changes. */
  enum Reason {
    /** This member does not lead; the text is the leader's host:port, or empty. */
    NOT_LEADER(1),
    /** The log has another owner. */
    EXPIRED(2),
    /** The batch does not begin where the log ends; the value is the end. */
    POSITION(3),
    /** What was asked for was trimmed away; the value is the log's first position. */
    TRIMMED(4),
    /** More waits already than this member takes. */
    BUSY(5),
    /** A request that makes no sense here. */
    REFUSED(6),
    /** What is to be read is damaged. */
    CORRUPT(7),
    /** Anything else. */
    FAILED(8);

    private final int code;

    Reason(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }
}
