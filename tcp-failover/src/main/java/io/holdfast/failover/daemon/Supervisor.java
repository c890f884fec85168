package io.holdfast.failover.daemon;

import io.holdfast.failover.linux.Capabilities;
import io.holdfast.failover.pipeline.Alarms;
import io.holdfast.failover.pipeline.SpeakerWatch;
import io.holdfast.logstore.control.ControlAccess;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the speaker, without privileges, and starts it again when it dies: the first time at once,
 * then with a delay that doubles until one has become active. A speaker that was fenced for its
 * silence is killed, for it holds memory and its control socket. One thread of its own; what it is
 * told comes from the pipeline's thread and is only passed on.
 */
final class Supervisor implements SpeakerWatch, AutoCloseable {
  static final Duration FIRST_DELAY = Duration.ofMillis(100);
  static final Duration LONGEST_DELAY = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final long STOP_SECONDS = 3;

  private final ScheduledExecutorService thread = executor();
  private final List<String> command;
  private final Alarms alarms;
  private @Nullable Process speaker;
  private Duration delay = Duration.ZERO;
  private boolean stopping;
  private boolean attached;
  private final AtomicInteger starts = new AtomicInteger();
  private volatile Instant since = Instant.now();

  /**
   * @param command what starts a speaker, without its privileges being dropped yet
   */
  Supervisor(List<String> command, Alarms alarms) {
    this.command = unprivileged(command);
    this.alarms = alarms;
    if (isRoot() && !canDropPrivileges()) {
      alarms.raise("setpriv (package util-linux) is missing: the speaker keeps all privileges");
    }
  }

  private static ScheduledExecutorService executor() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("supervisor").daemon(true).factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return executor;
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static boolean canDropPrivileges() {
    return new File("/usr/bin/setpriv").canExecute();
  }

  /** A root process keeps its user, for the files are its own, and loses every capability. */
  private static List<String> unprivileged(List<String> command) {
    List<String> whole = new ArrayList<>();
    if (isRoot() && canDropPrivileges()) {
      whole.addAll(
          List.of("/usr/bin/setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"));
      if (Capabilities.mayChooseGroups() && groupExists()) {
        // Without a capability it can give its control socket only to a group that it is in.
        whole.add("--groups=" + ControlAccess.GROUP);
      }
      whole.add("--");
    }
    whole.addAll(command);
    return List.copyOf(whole);
  }

  private static boolean groupExists() {
    try {
      var _ =
          FileSystems.getDefault()
              .getUserPrincipalLookupService()
              .lookupPrincipalByGroupName(ControlAccess.GROUP);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Begins. After a restart of failoverd a surviving speaker is given time to attach first.
   *
   * @param patience how long to wait for a speaker that is there already
   */
  void begin(Duration patience) {
    later(
        () -> {
          if (!attached) {
            launch();
          }
        },
        patience.toMillis());
  }

  private void launch() {
    Process running = speaker;
    if (stopping || (running != null && running.isAlive())) {
      return;
    }
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      speaker = started;
      starts.incrementAndGet();
      LOG.info("speaker started: process {}", started.pid());
      var _ = started.onExit().thenAccept(dead -> execute(() -> exited(dead)));
    } catch (IOException e) {
      alarms.raise("the speaker could not be started: " + e.getMessage());
      again();
    }
  }

  private void exited(Process dead) {
    if (!dead.equals(speaker)) {
      return;
    }
    speaker = null;
    if (!stopping) {
      alarms.raise(
          "the speaker (process %d) ended with status %d".formatted(dead.pid(), dead.exitValue()));
      again();
    }
  }

  private void again() {
    long wait = delay.toMillis();
    delay = delay.isZero() ? FIRST_DELAY : delay.multipliedBy(2);
    if (delay.compareTo(LONGEST_DELAY) > 0) {
      delay = LONGEST_DELAY;
    }
    later(this::launch, wait);
  }

  private void later(Runnable task, long millis) {
    var _ = thread.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void active(int pid) {
    since = Instant.now();
    execute(
        () -> {
          attached = true;
          delay = Duration.ZERO;
        });
  }

  @Override
  public void silent(int pid) {
    since = Instant.now();
    execute(() -> kill(pid));
  }

  @Override
  public void gone(int pid) {
    since = Instant.now();
    execute(
        () -> {
          Process running = speaker;
          if (running == null) {
            attached = false;
            launch(); // it was not our child: nobody else will tell us that it ended
          }
        });
  }

  private void execute(Runnable task) {
    if (!thread.isShutdown()) {
      thread.execute(task);
    }
  }

  private void kill(int pid) {
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    if (!stopping && handle.isPresent()) {
      LOG.warn("killing the silent speaker, process {}", pid);
      handle.get().destroyForcibly();
    }
  }

  /** How often a speaker was started after the first time. */
  int restarts() {
    return Math.max(0, starts.get() - 1);
  }

  /** When the speaker's state last changed. */
  Instant since() {
    return since;
  }

  /** Ends the speaker: SIGTERM, and after some seconds SIGKILL. */
  @Override
  public void close() {
    try {
      thread.submit(this::stop).get(2 * STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the speaker could not be ended", e);
    }
    thread.shutdownNow();
  }

  private void stop() {
    stopping = true;
    Process running = speaker;
    if (running == null) {
      return;
    }
    running.destroy();
    try {
      if (!running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        running.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
