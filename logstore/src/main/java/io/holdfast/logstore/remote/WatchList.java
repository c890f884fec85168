package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.rpc.ServiceAnswer;
import io.holdfast.logstore.rpc.ServicePeer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The WATCH requests that wait. A member tells nobody that its status has changed, so it is looked
 * at every 50 ms while somebody waits, and never otherwise. Thread-safe.
 */
final class WatchList {
  private static final long LOOK_MILLIS = 50;
  private static final int MOST = 256;

  private record Waiting(
      ServicePeer peer, Request.Watch watch, long deadline, ServiceAnswer answer) {}

  /** What a watcher is told of. */
  private record State(Log.Status status, String reason, String leader) {}

  private final SharedLog log;
  private final ScheduledExecutorService timer;
  private final List<Waiting> waiting = new ArrayList<>();
  private State state = new State(Log.Status.OK, "", "");
  private long number = ThreadLocalRandom.current().nextLong();
  private long newestEpoch;
  private boolean looking;

  WatchList(SharedLog log, ScheduledExecutorService timer) {
    this.log = log;
    this.timer = timer;
  }

  /** A turn was granted: those before it are over. */
  synchronized void granted(long epoch) {
    newestEpoch = Math.max(newestEpoch, epoch);
    answerThoseDue();
  }

  synchronized void add(ServicePeer peer, Request.Watch watch, ServiceAnswer answer) {
    if (waiting.size() >= MOST) {
      LogService.send(answer, new Answer.Failure(Answer.Reason.BUSY, 0, "too many watchers"));
      return;
    }
    waiting.add(
        new Waiting(
            peer,
            watch,
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(watch.waitMillis()),
            answer));
    answerThoseDue();
  }

  synchronized void remove(ServicePeer peer) {
    waiting.removeIf(one -> one.peer.equals(peer));
  }

  private synchronized void look() {
    looking = false;
    answerThoseDue();
  }

  private void answerThoseDue() {
    State now = new State(log.status(), log.reason(), log.leader());
    if (!now.equals(state)) {
      state = now;
      number++;
    }
    if (number == 0) {
      number = 1; // 0 is what nobody knows
    }
    long committed = log.committed();
    long time = System.nanoTime();
    waiting.removeIf(one -> answered(one, committed, time));
    if (!waiting.isEmpty() && !looking) {
      looking = true;
      var _ = timer.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private boolean answered(Waiting one, long committed, long time) {
    Request.Watch watch = one.watch;
    if (watch.epoch() != 0 && watch.epoch() < newestEpoch) {
      LogService.send(
          one.answer,
          new Answer.Failure(Answer.Reason.EXPIRED, 0, "another owner has opened the log"));
      return true;
    }
    if (watch.known() == number && committed <= watch.beyond() && one.deadline - time > 0) {
      return false;
    }
    LogService.send(
        one.answer,
        new Answer.Watched(
            number, committed, log.first(), state.status(), state.reason(), state.leader()));
    return true;
  }
}
