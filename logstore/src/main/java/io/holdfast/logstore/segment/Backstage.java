package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on files that nobody waits for, on a thread of its own: fills the file of the next segment
 * with zeros before it is needed, deletes those that were dropped. Who needs a file when none is
 * ready does not wait: he begins one that grows.
 */
final class Backstage {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);
  private static final int PIECE = 256 << 10;

  private final Disk disk;
  private final Path spare;
  private final StoreOptions options;
  private final Space space;
  private final Thread thread;
  private final Object monitor = new Object();

  /** Files and folders to delete, in this order. Guarded by the monitor. */
  private final ArrayDeque<Path> condemned = new ArrayDeque<>();

  /** A spare file is wanted. Guarded by the monitor. */
  private boolean wanted;

  /** The spare file is whole. Guarded by the monitor. */
  private boolean ready;

  /** Guarded by the monitor. */
  private boolean deleting;

  /** Guarded by the monitor. */
  private boolean making;

  private volatile boolean closing;

  Backstage(Disk disk, Path directory, StoreOptions options, Space space) {
    this.disk = disk;
    this.spare = SegmentFiles.spareIn(directory);
    this.options = options;
    this.space = space;
    this.wanted = options.preallocate();
    this.thread = Thread.ofPlatform().name("log-files").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** The spare file, which now belongs to the caller; null if none is ready. */
  @Nullable Path take() {
    synchronized (monitor) {
      boolean taken = ready;
      ready = false;
      return taken ? spare : null;
    }
  }

  /** Makes another spare file, now that the last one has been given its name. */
  void makeSpare() {
    synchronized (monitor) {
      if (!ready && !making && options.preallocate()) {
        wanted = true;
        monitor.notifyAll();
      }
    }
  }

  /** Deletes files, or folders with files in them, in this order. */
  void delete(List<Path> paths) {
    synchronized (monitor) {
      condemned.addAll(paths);
      monitor.notifyAll();
    }
  }

  /** Waits until all is deleted that was to be. */
  void settle() {
    boolean interrupted = false;
    synchronized (monitor) {
      while ((!condemned.isEmpty() || deleting) && thread.isAlive()) {
        try {
          monitor.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (step()) {
        // one file at a time
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean step() throws InterruptedException {
    Path next;
    synchronized (monitor) {
      while (!wanted && condemned.isEmpty() && !closing) {
        monitor.wait();
      }
      next = condemned.pollFirst();
      deleting = next != null;
      if (next == null && closing) {
        return false;
      }
      making = next == null;
      wanted &= next != null;
    }
    if (next == null) {
      boolean made = make();
      synchronized (monitor) {
        ready = made;
        making = false;
      }
    } else {
      delete(next);
      synchronized (monitor) {
        deleting = false;
        monitor.notifyAll();
      }
    }
    return true;
  }

  /** One after the other: in a synced store no crash may leave a gap. */
  private void delete(Path path) {
    try {
      if (String.valueOf(path.getFileName()).endsWith(SegmentFiles.SUFFIX)) {
        disk.delete(path);
        if (options.sync()) {
          disk.forceFolder(SegmentFiles.folderOf(path));
        }
      } else {
        SegmentFiles.deleteFolder(disk, path);
      }
    } catch (IOException e) {
      // At the next start it is there again, and trimmed then.
      LOG.warn("cannot delete {}, which the log needs no more", path, e);
    }
  }

  private boolean make() {
    try {
      space.prepare(options.segmentBytes());
    } catch (IOException e) {
      LOG.debug("no file is prepared for the log: {}", e.getMessage());
      return false;
    }
    try (DiskFile file = disk.create(spare)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
      for (long at = 0; at < options.segmentBytes() && !closing; at += PIECE) {
        zeros.clear().limit((int) Math.min(PIECE, options.segmentBytes() - at));
        file.write(zeros, at);
      }
      if (options.sync() && !closing) {
        file.force();
      }
      return !closing;
    } catch (IOException e) {
      LOG.warn("no file was prepared for the log: {}", e.getMessage());
      discard();
      return false;
    }
  }

  private void discard() {
    try {
      disk.delete(spare);
    } catch (IOException e) {
      LOG.warn("cannot delete {}", spare, e);
    }
  }

  /** Deletes what is to be deleted, ends the thread, and drops the spare file. */
  void close() {
    closing = true;
    synchronized (monitor) {
      monitor.notifyAll();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    discard();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
