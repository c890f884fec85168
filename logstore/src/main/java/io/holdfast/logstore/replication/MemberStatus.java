package io.holdfast.logstore.replication;

import io.holdfast.logstore.log.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is wrong with a member, the worst first. Thread-safe. */
final class MemberStatus {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(MemberStatus.class);

  private final Path directory;
  private final long lowSpaceBytes;
  private final CopyOnWriteArrayList<Log.StatusListener> listeners = new CopyOnWriteArrayList<>();

  private String broken = "";
  private volatile String disk = "";
  private boolean led = true;
  private boolean everLed;

  /** A first election takes its time. */
  private final long begun = System.nanoTime();

  private volatile String space = "";
  private volatile Log.Status status = Log.Status.OK;
  private volatile String reason = "";

  MemberStatus(Path directory, long lowSpaceBytes) {
    this.directory = directory;
    this.lowSpaceBytes = lowSpaceBytes;
  }

  void listen(Log.StatusListener listener) {
    listeners.add(listener);
  }

  Log.Status status() {
    return status;
  }

  String reason() {
    return reason;
  }

  /** Something that only a new start, or a rebuild, mends. */
  void broken(String why) {
    synchronized (this) {
      if (broken.isEmpty()) {
        broken = why;
      }
    }
    changed();
  }

  /** The disk takes nothing for this reason, or takes again. */
  void disk(@Nullable IOException error) {
    if (error == null && disk.isEmpty()) {
      return;
    }
    synchronized (this) {
      disk =
          error == null ? "" : "the log cannot write to " + directory + ": " + error.getMessage();
    }
    changed();
  }

  /** Whether the log has a leader. */
  void leader(boolean known) {
    synchronized (this) {
      led = known;
      everLed |= known;
    }
    changed();
  }

  /** So many bytes are left. */
  void space(long usable) {
    boolean low = usable < lowSpaceBytes;
    if (!low && space.isEmpty()) {
      return;
    }
    synchronized (this) {
      space = low ? usable + " bytes of space are left for the log in " + directory : "";
    }
    changed();
  }

  boolean diskFails() {
    return !disk.isEmpty();
  }

  /** Whether there is little space, or the disk takes nothing. */
  boolean tight() {
    return !space.isEmpty() || !disk.isEmpty();
  }

  private void changed() {
    Log.Status now;
    String why;
    synchronized (this) {
      if (!broken.isEmpty()) {
        now = Log.Status.FAILED;
        why = broken;
      } else if (!disk.isEmpty()) {
        now = Log.Status.FAILED;
        why = disk;
      } else if (!led && (everLed || System.nanoTime() - begun > GRACE.toNanos())) {
        now = Log.Status.OTHER_ERROR;
        why = "the log has no leader";
      } else if (!space.isEmpty()) {
        now = Log.Status.LOW_SPACE;
        why = space;
      } else {
        now = Log.Status.OK;
        why = status == Log.Status.OK ? "" : "the log is well again";
      }
      if (now == status) {
        reason = why;
        return;
      }
      status = now;
      reason = now == Log.Status.OK ? "" : why;
      for (Log.StatusListener listener : listeners) {
        try {
          listener.status(now, why);
        } catch (RuntimeException e) {
          LOG.error("a status listener failed", e);
        }
      }
    }
  }
}
