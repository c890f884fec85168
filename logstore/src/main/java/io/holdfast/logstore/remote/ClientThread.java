package io.holdfast.logstore.remote;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a client, {@code log-client}. What comes after its end is dropped. */
final class ClientThread {
  private static final Logger LOG = LoggerFactory.getLogger(ClientThread.class);

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("log-client").daemon(true).factory());

  ClientThread() {
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRemoveOnCancelPolicy(true);
  }

  /** False if the thread has ended: the task will not run. */
  boolean execute(Runnable task) {
    try {
      executor.execute(() -> run(task));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  void later(Duration delay, Runnable task) {
    try {
      var _ = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("ended: nothing is done later");
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("the client of the log failed at a task", e);
    }
  }

  /** Runs what was given before, then ends; waits for a second at most. */
  void close() {
    executor.shutdown();
    try {
      var _ = executor.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
