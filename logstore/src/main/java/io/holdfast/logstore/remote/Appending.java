package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.CommitTimes;
import io.holdfast.logstore.log.LogBackend;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Hands the batches of an owner on, in order, and tells what is committed: only what a member
 * answered to an append or a grant. Owned by the client's thread; what others read is volatile.
 */
final class Appending {
  /** What readers find here without asking. */
  private static final long RECENT_BYTES = 16L << 20;

  private static final Duration APPEND = Duration.ofSeconds(60);

  private final ClientThread thread;
  private final Caller caller;
  private final Seat seat;
  private final LogBackend.Listener listener;
  private final RecentRecords recent = new RecentRecords(RECENT_BYTES);
  private final CommitTimes times = new CommitTimes();
  private final InFlight inFlight = new InFlight();
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /** Where the next batch must begin. */
  private long end;

  /** The farthest that {@link #end} ever was. */
  private long submitted;

  private boolean gapTold;
  private volatile long committed;

  Appending(ClientThread thread, Caller caller, Seat seat, LogBackend.Listener listener) {
    this.thread = thread;
    this.caller = caller;
    this.seat = seat;
    this.listener = listener;
  }

  /**
   * A stand begins where the log ends: everything before is committed, nothing behind is there.
   *
   * @return whether more is committed than was known
   */
  boolean begin(long position) {
    end = position;
    submitted = Math.max(submitted, position);
    recent.truncate(position);
    gapTold = false;
    inFlight.forgetRefused();
    boolean more = position > committed;
    committed = position;
    return more;
  }

  /** As {@link LogBackend#submit}. */
  boolean submit(long position, byte[] batch, int length) {
    if (seat.stand() == null || !inFlight.enter(length)) {
      return false;
    }
    long now = System.nanoTime();
    if (!thread.execute(() -> send(position, batch, length, now))) {
      inFlight.landed(length);
      return false;
    }
    return true;
  }

  private void send(long position, byte[] batch, int length, long since) {
    Stand at = seat.stand();
    if (at == null || position + length <= end) {
      inFlight.landed(length); // resumed() will tell, or it is under way already
      return;
    }
    if (position != end) {
      inFlight.landed(length);
      if (!gapTold) { // the owner has not heard yet where we are
        gapTold = true;
        listener.resumed(end);
      }
      return;
    }
    gapTold = false;
    end = position + length;
    if (end > submitted) {
      submitted = end;
      bytes.addAndGet(length);
      records.addAndGet(RecordRun.count(batch, LogBackend.PREFIX, length));
    }
    recent.add(position, batch, length);
    caller.call(
        at.wire(),
        new Request.Append(at.epoch(), position, batch, length),
        APPEND,
        (answer, why) -> {
          inFlight.landed(length);
          if (answer instanceof Answer.Appended done) {
            appended(done.position(), since);
          } else if (at.equals(seat.stand())) {
            notAppended(at, answer, why);
          }
          takeAgain();
        });
  }

  private void appended(long position, long since) {
    times.add(System.nanoTime() - since);
    if (position > committed && position <= submitted && seat.going()) {
      committed = position;
      listener.committed(position);
    }
  }

  private void notAppended(Stand at, @Nullable Answer answer, String why) {
    if (answer instanceof Answer.Failure no) {
      if (no.reason() == Answer.Reason.POSITION) {
        seat.astray(at);
      } else {
        seat.refused(at.link(), no);
      }
    } else {
      seat.over(at.link(), why);
    }
  }

  /** Whoever was refused for want of room is told when half of it is free. */
  private void takeAgain() {
    if (seat.stand() != null && inFlight.takesAgain()) {
      listener.resumed(end);
    }
  }

  /** Position behind what is committed. */
  long committed() {
    return committed;
  }

  /** Position behind all that was ever handed on. */
  long submitted() {
    return submitted;
  }

  /** What was handed on last. */
  RecentRecords recent() {
    return recent;
  }

  /** Records submitted in this turn. */
  long records() {
    return records.get();
  }

  /** Bytes of them. */
  long bytes() {
    return bytes.get();
  }

  CommitTimes times() {
    return times;
  }
}
