package io.holdfast.logstore.log;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: a thread that brings to the disk what has been written, all that gathered during
 * one sync with the next.
 *
 * <p>A sync that fails is final. The kernel reports a lost page once and then forgets it, so that a
 * later success would prove nothing about the bytes of the first: nothing commits any more, and the
 * log must be opened anew.
 */
final class Syncer {
  /** All before the target is on the disk when so many retired files and the current one are. */
  private record Work(long target, int retired, @Nullable FileChannel current) {}

  private final Machine machine;
  private final LongConsumer committed;
  private final Consumer<IOException> failed;
  private final Thread thread;
  private final Object monitor = new Object();

  /** Files that were left for the next one, not yet synced. Guarded by the monitor. */
  private final ArrayDeque<FileChannel> retired = new ArrayDeque<>();

  /** The file that is being written. Guarded by the monitor. */
  private @Nullable FileChannel current;

  /** Position up to which all is written. Guarded by the monitor. */
  private long written;

  /** Guarded by the monitor. */
  private boolean closing;

  /** Position up to which all is on the disk. Owned by the thread. */
  private long synced;

  Syncer(Machine machine, long start, LongConsumer committed, Consumer<IOException> failed) {
    this.machine = machine;
    this.written = start;
    this.synced = start;
    this.committed = committed;
    this.failed = failed;
    this.thread = Thread.ofPlatform().name("log-sync").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Takes over a file that will not be written again; it is closed when it is on the disk. */
  void retire(FileChannel file) {
    synchronized (monitor) {
      retired.addLast(file);
    }
  }

  /** All before this position is written; the last of it to this file. Never blocks on a disk. */
  void wrote(long position, @Nullable FileChannel file) {
    synchronized (monitor) {
      written = position;
      current = file;
      monitor.notifyAll();
    }
  }

  private void run() {
    try {
      for (Work work = await(); work != null; work = await()) {
        if (force(work)) {
          synced = work.target;
          committed.accept(work.target);
        }
      }
    } catch (InterruptedException e) {
      failed.accept(new IOException("the sync thread was interrupted", e));
    } catch (IOException e) {
      failed.accept(e);
    }
  }

  /** The next position to reach and what it takes, or null at the end. */
  private @Nullable Work await() throws InterruptedException {
    synchronized (monitor) {
      while (written == synced && !closing) {
        monitor.wait();
      }
      // One look at all three: a file retired after it may hold bytes before the target only if it
      // is the current one of this look.
      return written == synced ? null : new Work(written, retired.size(), current);
    }
  }

  /** Syncs what was written; false if the file was closed meanwhile and will be opened again. */
  private boolean force(Work work) throws IOException, InterruptedException {
    for (int i = 0; i < work.retired; i++) {
      FileChannel file;
      synchronized (monitor) {
        file = retired.removeFirst();
      }
      machine.force(file);
      file.close();
    }
    FileChannel file = work.current;
    if (file == null) {
      return true;
    }
    try {
      machine.force(file);
      return true;
    } catch (ClosedChannelException e) {
      return awaitAnother(file);
    }
  }

  /** Waits for the appending thread to open the file again. */
  private boolean awaitAnother(FileChannel closed) throws InterruptedException {
    synchronized (monitor) {
      while (Objects.equals(current, closed) && !closing) {
        monitor.wait();
      }
      if (Objects.equals(current, closed)) {
        written = synced; // closing: nobody will open it again, and nothing more is promised
      }
      return false;
    }
  }

  /** Lets the thread finish what was written, and waits for it, so many milliseconds at most. */
  void close(long millis) {
    synchronized (monitor) {
      closing = true;
      monitor.notifyAll();
    }
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
