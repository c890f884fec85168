package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.LogInUseException;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log in the segment files of one folder of this machine.
 *
 * <p>{@link #append} and {@link #flush} belong to one thread. Appending copies into a buffer, which
 * is written when it is full or flushed. Unsynced, what a flush has written is committed when it
 * returns, and the commit listeners run on the appending thread. With {@link FileLogOptions#sync} a
 * thread of the log brings it to the disk (all that gathered during one sync with the next) and
 * runs the commit listeners.
 *
 * <p>A disk that takes nothing loses nothing: what was appended stays in memory, each flush tries
 * again, the status tells. {@link #append} is refused ("log stalled") only when more than {@link
 * FileLogOptions#stallBytes} (64 MiB) would wait so. The one error that is final is a failed sync
 * ({@link Syncer}): nothing commits after it, until the log is opened anew.
 *
 * <p>The format and the rules of recovery: docs/adr/0002-local-log.md.
 */
public final class FileLog implements Log {
  private static final Logger LOG = LoggerFactory.getLogger(FileLog.class);

  /** Bytes written between two looks at the space that is left. */
  private static final long SPACE_CHECK_BYTES = 4L << 20;

  /** Nanoseconds between two looks while it is low. */
  private static final long SPACE_CHECK_NANOS = 1_000_000_000;

  private static final long CLOSE_MILLIS = 10_000;

  private final Path directory;
  private final FileLogOptions options;
  private final Machine machine;
  private final UUID boot;
  private final DirectoryLock lock;
  private final SegmentTable segments;
  private final PendingWrites pending;
  private final SegmentWriter writer;
  private final @Nullable Syncer syncer;
  private final long checkedFrom;
  private final Object statusMonitor = new Object();

  /** Written by the appending thread. */
  private volatile long appended;

  /** Written by the appending thread, or the syncer's where there is one. */
  private volatile long committed;

  private volatile CommitListener[] commitListeners = {};
  private volatile StatusListener[] statusListeners = {};
  private volatile Status status = Status.OK;

  /** A sync has failed. */
  private volatile boolean broken;

  /** Owned by the appending thread. */
  private boolean closed;

  /** The last segment is of another boot: the next record begins a new one. Appending thread. */
  private boolean foreign;

  /** Owned by the appending thread. */
  private long spaceCheckedAt;

  /** Owned by the appending thread. */
  private long spaceCheckedNanos;

  private FileLog(
      Path directory, FileLogOptions options, Machine machine, DirectoryLock lock, UUID boot)
      throws IOException {
    this.directory = directory;
    this.options = options;
    this.machine = machine;
    this.lock = lock;
    this.boot = boot;
    Recovery found = Recovery.of(directory, boot);
    this.segments = new SegmentTable(found.segments());
    this.appended = found.end();
    this.committed = found.end();
    Segment last = segments.last();
    this.checkedFrom = last == null ? 0 : last.base();
    this.foreign = last != null && !last.boot().equals(boot);
    this.spaceCheckedAt = found.end() - SPACE_CHECK_BYTES;
    this.pending = new PendingWrites(options.bufferBytes());
    this.syncer =
        options.sync() ? new Syncer(machine, found.end(), this::commit, this::syncFailed) : null;
    this.writer = new SegmentWriter(directory, syncer);
  }

  /**
   * Opens the log of a folder, which is made if it is not there; cuts a torn tail.
   *
   * @throws LogInUseException if another owns it
   * @throws LogCorruptException if it is damaged before its tail, or not of this format
   */
  public static FileLog open(Path directory, FileLogOptions options) throws IOException {
    return open(directory, options, Machine.real());
  }

  static FileLog open(Path directory, FileLogOptions options, Machine machine) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
    }
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      FileLog log = new FileLog(directory, options, machine, lock, machine.bootId());
      if (log.syncer != null) {
        log.syncer.start();
      }
      return log;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public long append(
      RecordKind kind,
      int version,
      long timeMicros,
      long stream,
      long offset,
      ByteBuffer payload,
      int from,
      int length) {
    Objects.checkFromIndexSize(from, length, payload.capacity());
    if (length > RecordFlyweight.MAX_LENGTH - RecordFlyweight.HEADER_LENGTH) {
      throw new IllegalArgumentException("a payload of " + length + " bytes is too long");
    }
    int total = RecordFlyweight.HEADER_LENGTH + length;
    refuseIfStalled(total);
    long position = appended;
    Segment segment = segmentFor(position, total);
    int limit = payload.limit();
    try {
      if (limit < from + length) {
        payload.limit(from + length);
      }
      pending.put(
          segment, position, kind, version, timeMicros, stream, offset, payload, from, length);
    } finally {
      payload.limit(limit);
    }
    appended = position + total;
    if (pending.overflowing() && status != Status.FAILED) {
      write(false);
    }
    return position;
  }

  private void refuseIfStalled(int total) {
    if (closed) {
      throw new IllegalStateException("log closed");
    }
    long bound = options.stallBytes();
    if (pending.unwritten() + total > bound && !(write(true) && total <= bound)) {
      throw new IllegalStateException(
          "log stalled: "
              + pending.unwritten()
              + " bytes wait to be written, the bound is "
              + bound);
    }
  }

  /** The segment for a record of so many bytes, a new one where it does not fit into the last. */
  private Segment segmentFor(long position, int total) {
    Segment last = segments.last();
    if (last != null
        && !foreign
        && (position == last.base() || position + total - last.base() <= options.segmentBytes())) {
      return last;
    }
    Segment next = new Segment(Segment.fileIn(directory, position), position, boot, false);
    segments.add(next);
    foreign = false;
    return next;
  }

  @Override
  public void flush() {
    if (closed || !write(true)) {
      return;
    }
    if (syncer == null) {
      commit(appended);
    }
    lookAtSpace();
  }

  /** Writes what waits, all of it or all but the buffer that is being filled; false on an error. */
  private boolean write(boolean all) {
    if (broken) {
      return false;
    }
    // An interrupt would close the file under the write.
    boolean interrupted = Thread.interrupted();
    try {
      pending.drain(writer, all);
      if (all) {
        writer.mark(appended);
      }
      if (syncer != null && all) {
        syncer.wrote(appended, writer.channel());
      }
      if (status == Status.FAILED && !broken) {
        spaceCheckedAt = appended - SPACE_CHECK_BYTES;
        change(Status.OK, "the log writes again");
      }
      return true;
    } catch (IOException e) {
      change(Status.FAILED, "the log cannot write to " + directory + ": " + e.getMessage());
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void commit(long position) {
    if (position == committed) {
      return;
    }
    committed = position;
    for (CommitListener listener : commitListeners) {
      try {
        listener.committed(position);
      } catch (RuntimeException e) {
        LOG.error("a commit listener failed at position {}", position, e);
      }
    }
  }

  private void syncFailed(IOException e) {
    broken = true;
    LOG.error("a sync of the log in {} failed", directory, e);
    change(
        Status.FAILED,
        "the log in "
            + directory
            + " could not be synced ("
            + e.getMessage()
            + "); what is on the disk is not known, and nothing commits until it is opened anew");
  }

  private void lookAtSpace() {
    boolean due =
        appended - spaceCheckedAt >= SPACE_CHECK_BYTES
            || (status == Status.LOW_SPACE
                && System.nanoTime() - spaceCheckedNanos >= SPACE_CHECK_NANOS);
    if (!due || options.lowSpaceBytes() == 0) {
      return;
    }
    spaceCheckedAt = appended;
    spaceCheckedNanos = System.nanoTime();
    try {
      long usable = machine.usableSpace(directory);
      if (usable < options.lowSpaceBytes()) {
        change(Status.LOW_SPACE, usable + " bytes of space are left for the log in " + directory);
      } else if (status == Status.LOW_SPACE) {
        change(Status.OK, "the log in " + directory + " has space again");
      }
    } catch (IOException e) {
      LOG.warn("cannot tell how much space is left in {}", directory, e);
    }
  }

  private void change(Status to, String reason) {
    synchronized (statusMonitor) {
      if (status == to || (broken && to != Status.FAILED)) {
        return;
      }
      status = to;
      if (to == Status.OK) {
        LOG.info("{}", reason);
      } else {
        LOG.warn("{}: {}", to, reason);
      }
      for (StatusListener listener : statusListeners) {
        try {
          listener.status(to, reason);
        } catch (RuntimeException e) {
          LOG.error("a status listener failed", e);
        }
      }
    }
  }

  @Override
  public long appended() {
    return appended;
  }

  @Override
  public long committed() {
    return committed;
  }

  @Override
  public long first() {
    Segment first = segments.first();
    return first == null ? appended : first.base();
  }

  /** Bytes appended and not yet written to a file, up to the bound. From any thread. */
  public long unwritten() {
    return pending.unwritten();
  }

  /**
   * Position of the oldest record of which it is certain that, like all that follow it, it was
   * written since the machine last started; {@link #appended()} if there is none. What is before it
   * may, in a log that is not synced, have lost its end in the crash of the machine: bytes that
   * were acknowledged may be missing.
   */
  public long startOfThisBoot() {
    Segment last = segments.last();
    boolean ours = last != null && last.boot().equals(boot);
    return ours ? segments.startOfLastBoot() : appended;
  }

  /** From here on every record was checked when the log was opened, or written by this process. */
  long checkedFrom() {
    return checkedFrom;
  }

  @Nullable Segment segmentHolding(long position) {
    return segments.holding(position);
  }

  @Override
  public LogReader reader(long position) throws IOException {
    long first = first();
    if (position < first) {
      throw new LogTrimmedException(position, first);
    }
    if (position > appended) {
      throw new IllegalArgumentException(
          "position " + position + " is beyond the end of the log, " + appended);
    }
    return new FileLogReader(this, position);
  }

  @Override
  public void trim(long position) {
    try {
      segments.trim(Math.min(position, committed));
    } catch (IOException e) {
      // The segment is gone from the table; at the next start it is there again, and trimmed then.
      LOG.warn("cannot delete a segment of the log before position {}", position, e);
    }
  }

  @Override
  public void onCommit(CommitListener listener) {
    synchronized (statusMonitor) {
      CommitListener[] more = Arrays.copyOf(commitListeners, commitListeners.length + 1);
      more[more.length - 1] = listener;
      commitListeners = more;
    }
  }

  @Override
  public void onStatus(StatusListener listener) {
    synchronized (statusMonitor) {
      StatusListener[] more = Arrays.copyOf(statusListeners, statusListeners.length + 1);
      more[more.length - 1] = listener;
      statusListeners = more;
    }
  }

  @Override
  public Status status() {
    return status;
  }

  /**
   * Flushes, waits for the disk where synced (10 s at most), and gives the folder free. Appending
   * thread only.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    flush();
    closed = true;
    if (pending.unwritten() > 0) {
      LOG.warn("the log in {} is closed with {} bytes unwritten", directory, pending.unwritten());
    }
    if (syncer != null) {
      syncer.close(CLOSE_MILLIS);
    }
    closeQuietly(writer::close);
    closeQuietly(lock::close);
  }

  static void closeQuietly(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      LOG.warn("cannot close a file of the log", e);
    }
  }
}
