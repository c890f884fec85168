package io.holdfast.logstore.replication;

import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.SegmentStore;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member looks after by itself, on a thread of its own: every second the space that is left,
 * who does not answer, idle streams and whether it is rebuilt; every day each byte of a log that
 * the others could mend. The thread also does what the member puts off. It knows nothing of how
 * appends are ordered or committed.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);

  /** Between two looks at every byte. */
  private static final Duration SCRUB = Duration.ofDays(1);

  private final Member member;
  private final SegmentStore store;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("log-member").factory());

  /** Members that do not answer; on the thread. */
  private Set<String> unreachable = Set.of();

  private final Stalls stalls = new Stalls();

  Housekeeping(Member member, SegmentStore store) {
    this.member = member;
    this.store = store;
  }

  /** Begins to look, as soon as the member is whole. */
  void start() {
    var _ = thread.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    later(this::scrub, member.config().firstScrub().toMillis());
  }

  /** Runs something on the thread; not at all once it is closed. */
  void later(Runnable what, long millis) {
    try {
      var _ = thread.schedule(what, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("not done: the member is closed");
    }
  }

  private void look() {
    try {
      member.lookAtSpace();
      member.lookAtLeader();
      member.folder().askUnheard(member.guard());
      member.lookAtGuard();
      lookAtOthers();
      expire();
      member.noteMembers();
    } catch (IOException | RuntimeException e) {
      LOG.warn("housekeeping of the log", e);
    }
  }

  /** The leader says once who does not answer, and once when it does again. */
  private void lookAtOthers() {
    boolean several = member.several();
    if (several) {
      member.engine().reachOthers();
    }
    if (!several || !member.leading()) {
      unreachable = Set.of();
      return;
    }
    Set<String> now = new HashSet<>();
    for (LogStatistics.Member each : member.engine().members()) {
      if (each.role().equals("unreachable")) {
        now.add(each.id());
        if (!unreachable.contains(each.id())) {
          LOG.warn("member {} of the log at {} does not answer", each.id(), each.address());
        }
      }
    }
    for (String before : unreachable) {
      if (!now.contains(before)) {
        LOG.info("member {} of the log answers again", before);
      }
    }
    unreachable = now;
    Engine engine = member.engine();
    stalls.look(engine.behind(), engine.served(), System.nanoTime()).forEach(engine::startOver);
  }

  /** The leader ends streams that were idle for too long. */
  private void expire() throws IOException {
    Duration limit = member.config().idleLimit();
    if (limit == null || !member.leading()) {
      return;
    }
    long before = (System.currentTimeMillis() - limit.toMillis()) * 1000;
    try {
      for (long stream : member.machine().streams().idleSince(before)) {
        LOG.info("stream {} was idle for longer than {}: it expires", stream, limit);
        var _ = member.sequencer().take(at -> Command.expired(at, stream), null);
      }
    } finally {
      member.stored();
    }
  }

  /**
   * Reads every byte: damage is found before it is needed. Not while nobody could mend it; a log
   * that has got company is read soon after.
   */
  private void scrub() {
    boolean several = member.several();
    if (several) {
      verify();
    }
    later(this::scrub, (several ? SCRUB : member.config().firstScrub()).toMillis());
  }

  private void verify() {
    try {
      store.verify(_ -> {});
    } catch (LogCorruptException e) {
      LOG.error("damage was found: {}", e.getMessage());
      member.broken(e);
    } catch (IOException e) {
      LOG.warn("the log could not be looked through", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
