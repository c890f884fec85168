package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: a thread that brings to the disk what has been written, all that gathered during
 * one sync with the next, and then moves the marks of the files.
 *
 * <p>A sync that fails is final. The kernel reports a lost page once and then forgets it, so that a
 * later success would prove nothing about the bytes of the first: nothing becomes durable any more,
 * and the store must be opened anew.
 */
final class Syncer {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);

  /** A file, and how far it is written. */
  record Part(DiskFile file, long offset) {}

  /** All up to this index is on the disk when these files are. */
  private record Work(long index, long position, boolean folder, List<Part> full, Part last) {}

  private final Disk disk;
  private final Path folder;
  private final Thread thread;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Object monitor = new Object();

  /** Files that were left for the next one, not yet synced. Guarded by the monitor. */
  private final ArrayDeque<Part> full = new ArrayDeque<>();

  /** The file that is being written. Guarded by the monitor. */
  private @Nullable Part last;

  /** A file was begun: its name is not yet durable. Guarded by the monitor. */
  private boolean begun;

  /** What is written. Guarded by the monitor. */
  private long writtenIndex;

  private long writtenPosition;

  /** Guarded by the monitor. */
  private boolean syncing;

  /** Guarded by the monitor. */
  private boolean closing;

  /** Guarded by the monitor. */
  private boolean closed;

  /** Changed under the monitor. */
  private volatile long index;

  private volatile long position;
  private volatile @Nullable Throwable failure;

  Syncer(Disk disk, Path folder, long index, long position) {
    this.disk = disk;
    this.folder = folder;
    this.index = index;
    this.position = position;
    this.writtenIndex = index;
    this.writtenPosition = position;
    this.thread = Thread.ofPlatform().name("log-sync").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  long index() {
    return index;
  }

  long position() {
    return position;
  }

  void onDurable(Runnable listener) {
    listeners.add(listener);
  }

  /** Throws if a sync has failed. */
  void check() throws StoreBrokenException {
    Throwable cause = failure;
    if (cause != null) {
      throw new StoreBrokenException(
          "the log in "
              + folder
              + " could not be synced ("
              + cause.getMessage()
              + "); what is on the disk is not known until it is opened anew",
          cause);
    }
  }

  /**
   * All up to this entry is written, the last of it to this file. Never blocks on a disk.
   *
   * @param left files that were left for the next since the last call, written to their end; they
   *     are closed when they are synced
   * @param anotherBegun whether a file was begun since
   */
  void wrote(List<Part> left, boolean anotherBegun, long toIndex, long toPosition, Part to) {
    // All at once: a file that was left is closed, so it must not be the last of any later look.
    synchronized (monitor) {
      full.addAll(left);
      begun |= anotherBegun;
      writtenIndex = toIndex;
      writtenPosition = toPosition;
      last = to;
      monitor.notifyAll();
    }
  }

  /** Waits until this entry, which is not behind the last one written, is on the disk. */
  void await(long target, LongSupplier lastWritten) throws IOException, InterruptedException {
    if (index >= target) {
      return;
    }
    synchronized (monitor) {
      while (index < target) {
        check();
        if (target > lastWritten.getAsLong()) {
          throw new IOException("the entry of index " + target + " was cut off, or never written");
        }
        if (closed) {
          throw new IOException("the log was closed before index " + target + " was on the disk");
        }
        monitor.wait();
      }
    }
  }

  /**
   * Waits until all that is written is on the disk and the thread touches no file. The caller keeps
   * others from writing meanwhile, and says afterwards where it goes on ({@link #restart}).
   */
  void rest() throws IOException {
    boolean interrupted = false;
    try {
      synchronized (monitor) {
        while (syncing || index < writtenIndex) {
          check();
          try {
            monitor.wait();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
        check();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** All up to this entry is on the disk, and nothing else counts. */
  void restart(long atIndex, long atPosition) {
    synchronized (monitor) {
      writtenIndex = atIndex;
      writtenPosition = atPosition;
      index = atIndex;
      position = atPosition;
      last = null;
      monitor.notifyAll();
    }
  }

  private void run() {
    try {
      for (Work work = next(); work != null; work = next()) {
        force(work);
        synchronized (monitor) {
          index = work.index;
          position = work.position;
          syncing = false;
          monitor.notifyAll();
        }
        listeners.forEach(Syncer::tell);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      LOG.error("a sync of the log in {} failed", folder, e);
      synchronized (monitor) {
        failure = e;
        syncing = false;
        monitor.notifyAll();
      }
      listeners.forEach(Syncer::tell);
    }
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.error("a listener of the log failed", e);
    }
  }

  /** What is to be synced next, or null at the end. */
  private @Nullable Work next() throws InterruptedException {
    synchronized (monitor) {
      while (writtenIndex == index && !closing) {
        monitor.wait();
      }
      Part now = last;
      if (writtenIndex == index || now == null) {
        return null;
      }
      syncing = true;
      Work work = new Work(writtenIndex, writtenPosition, begun, new ArrayList<>(full), now);
      full.clear();
      begun = false;
      return work;
    }
  }

  private void force(Work work) throws IOException {
    for (Part part : work.full) {
      part.file.force();
      mark(part);
      part.file.close();
    }
    if (work.folder) {
      disk.forceFolder(folder);
    }
    work.last.file.force();
    mark(work.last);
  }

  /** Moves a file's mark. One that stays behind does no harm: recovery checks what follows it. */
  private static void mark(Part part) {
    try {
      SegmentHeader.mark(part.file, part.offset);
    } catch (IOException e) {
      LOG.warn("cannot move the mark of a file of the log: {}", e.getMessage());
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
    synchronized (monitor) {
      closed = true;
      full.forEach(part -> OpenFiles.close(part.file));
      full.clear();
      monitor.notifyAll();
    }
  }
}
