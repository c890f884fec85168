package io.holdfast.failover.pipeline;

import io.holdfast.failover.records.PeerSpec;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.failover.south.RuleSpec;
import io.holdfast.failover.south.Rules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the netfilter rules as they must be: puts them in for a service, and puts them back, with
 * an alarm, when somebody took them away. A thread of its own, for each change is a process that
 * runs for some milliseconds.
 */
final class RulesKeeper implements AutoCloseable {
  private static final long LOOK_SECONDS = 10;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("rules").factory());
  private final AtomicBoolean checkPending = new AtomicBoolean();
  private final int queue;
  private final Alarms alarms;
  private @Nullable Rules current;
  private boolean installed;

  /** What waits for rules that could not be installed yet. */
  private @Nullable Runnable pending;

  RulesKeeper(int queue, Alarms alarms) {
    this.queue = queue;
    this.alarms = alarms;
    var _ =
        thread.scheduleWithFixedDelay(this::putBack, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  /** Puts the rules of this service in place of what was there; then runs {@code then}. */
  void serve(ServiceSpec service, Runnable then) {
    thread.execute(
        () -> {
          List<RuleSpec.ProtectedPeer> peers = new ArrayList<>();
          for (PeerSpec peer : service.peers()) {
            peers.add(
                new RuleSpec.ProtectedPeer(
                    peer.remote(), peer.local(), service.port(), peer.port()));
          }
          Rules rules = new Rules(new RuleSpec(queue, peers));
          current = rules;
          installed = false;
          try {
            rules.apply();
            installed = true;
            then.run();
          } catch (IOException e) {
            alarms.raise("the rules could not be installed: " + e.getMessage());
            pending = then;
          }
        });
  }

  /**
   * Does the one when the rules of the last service are in, the other when they could not be
   * installed. A connection that is older than its rules would be in no log, and its handshake
   * would have been held back by nobody.
   */
  void ask(Runnable whenInstalled, Runnable otherwise) {
    thread.execute(() -> (installed ? whenInstalled : otherwise).run());
  }

  /** Somebody changed a table: looks whether ours are whole. Any thread. */
  void check() {
    if (checkPending.compareAndSet(false, true)) {
      thread.execute(this::putBack);
    }
  }

  private void putBack() {
    checkPending.set(false);
    Rules rules = current;
    if (rules == null) {
      return;
    }
    try {
      if (!rules.present()) {
        rules.apply();
        alarms.raise("the netfilter rules were gone or changed; they are back");
      }
      installed = true;
      Runnable waiting = pending;
      pending = null;
      if (waiting != null) {
        waiting.run();
      }
    } catch (IOException e) {
      alarms.raise("the netfilter rules could not be put back: " + e.getMessage());
    }
  }

  /** Removes the rules. */
  void remove() {
    thread.execute(
        () -> {
          Rules rules = current;
          current = null;
          if (rules != null) {
            try {
              rules.remove();
            } catch (IOException e) {
              alarms.raise("the netfilter rules could not be removed: " + e.getMessage());
            }
          }
        });
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
