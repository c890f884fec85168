package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of its one owner, wherever it is kept: gathers records into batches, gives them to a
 * {@link LogBackend}, and keeps each until it is stable, so that it can be given again to the next
 * leader.
 *
 * <p>{@link #append} and {@link #flush} belong to one thread. A batch is what was appended between
 * two flushes, up to {@link #BATCH_BYTES}. The positions are assigned here, at once; the backend
 * takes a batch only where the log ends at its position, so that position and epoch identify it: a
 * batch that is given twice is there once.
 *
 * <p>Commit listeners run on a thread of the backend, or, where storing it was enough (a group of
 * one, unsynced), on the appending thread within {@link #flush}.
 */
public final class OwnedLog implements Log {
  private static final Logger LOG = LoggerFactory.getLogger(OwnedLog.class);

  /** Bytes at which a batch is closed, unless a single record is longer. */
  public static final int BATCH_BYTES = 1 << 20;

  /** Default of the bytes that may wait to become stable. */
  public static final long STALL_BYTES = 64L << 20;

  private static final int LEAST_CAPACITY = 2 << 10;
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Whole records that stand together. Written by the appending thread until it is sealed. */
  private static final class Batch {
    final long position;
    byte[] bytes;
    ByteBuffer view;
    int length;

    /** The backend has it. */
    boolean given;

    /** The backend had it once: what became of it then may not be known, so it stays as it is. */
    boolean fixed;

    Batch(long position, int capacity) {
      this.position = position;
      this.bytes = new byte[LogBackend.PREFIX + capacity];
      this.view = ByteBuffer.wrap(bytes);
    }

    long end() {
      return position + length;
    }

    int room() {
      return bytes.length - LogBackend.PREFIX - length;
    }

    void add(Batch next) {
      if (room() < next.length) {
        grow(Math.max(Math.min(2 * length, BATCH_BYTES), length + next.length));
      }
      System.arraycopy(
          next.bytes, LogBackend.PREFIX, bytes, LogBackend.PREFIX + length, next.length);
      length += next.length;
    }

    void grow(int total) {
      bytes = Arrays.copyOf(bytes, LogBackend.PREFIX + total);
      view = ByteBuffer.wrap(bytes);
    }
  }

  private final LogBackend backend;
  private final long stallBytes;
  private final long epoch;
  private final RecordFlyweight flyweight = new RecordFlyweight();
  private final CommitListeners commitListeners = new CommitListeners();
  private final CopyOnWriteArrayList<StatusListener> statusListeners = new CopyOnWriteArrayList<>();
  private final AtomicLong records = new AtomicLong();

  /** Guards the queue and who gives batches to the backend. */
  private final Object giving = new Object();

  /** Sealed batches that are not known to be stable, in order. Guarded by {@link #giving}. */
  private final ArrayDeque<Batch> queue = new ArrayDeque<>();

  /** Somebody runs the loop of {@link #give}. Guarded by {@link #giving}. */
  private boolean giver;

  /** Owned by the appending thread. */
  private @Nullable Batch open;

  /** Owned by the appending thread: capacity of the next batch. */
  private int capacity = LEAST_CAPACITY;

  private volatile long appended;
  private volatile long committed;
  private volatile Status status = Status.OK;
  private volatile boolean closed;

  private OwnedLog(LogBackend backend, String owner, long stallBytes) throws IOException {
    this.backend = backend;
    this.stallBytes = stallBytes;
    LogBackend.Grant grant = backend.open(owner, new Ears());
    this.epoch = grant.epoch();
    this.appended = grant.position();
    this.committed = grant.position();
  }

  /**
   * Becomes the owner of a log. Waits as long as the backend was told to.
   *
   * @param owner a name for messages
   * @throws IOException with a line for the operator; the backend is closed then
   */
  public static OwnedLog open(LogBackend backend, String owner) throws IOException {
    return open(backend, owner, STALL_BYTES);
  }

  /** As above, with another bound on the bytes that wait to become stable, 64 KiB or more. */
  public static OwnedLog open(LogBackend backend, String owner, long stallBytes)
      throws IOException {
    if (stallBytes < 64 << 10) {
      throw new IllegalArgumentException("stallBytes is " + stallBytes);
    }
    try {
      return new OwnedLog(backend, owner, stallBytes);
    } catch (IOException | RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  /** Of this owner: larger than that of any before. */
  public long epoch() {
    return epoch;
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
    Batch batch = room(total);
    int at = LogBackend.PREFIX + batch.length;
    flyweight.wrap(batch.view, at).header(kind, version, timeMicros, stream, offset, length);
    copy(payload, from, batch.bytes, at + RecordFlyweight.HEADER_LENGTH, length);
    flyweight.seal();
    batch.length += total;
    records.lazySet(records.get() + 1);
    long position = appended;
    appended = position + total;
    return position;
  }

  private static void copy(ByteBuffer payload, int from, byte[] into, int at, int length) {
    if (payload.limit() >= from + length) {
      payload.get(from, into, at, length);
    } else {
      payload.duplicate().clear().get(from, into, at, length);
    }
  }

  private void refuseIfStalled(int total) {
    if (closed) {
      throw new IllegalStateException("log closed");
    }
    long waiting = uncommitted();
    if (waiting > 0 && waiting + total > stallBytes) {
      throw new IllegalStateException(
          "log stalled: " + waiting + " bytes wait to become stable, the bound is " + stallBytes);
    }
  }

  /** The batch that takes so many more bytes. */
  private Batch room(int total) {
    Batch batch = open;
    if (batch != null && batch.length + total > BATCH_BYTES) {
      seal(batch);
      batch = null;
    }
    if (batch == null) {
      batch = new Batch(appended, Math.max(capacity, total));
      open = batch;
    } else if (batch.room() < total) {
      batch.grow(Math.max(Math.min(2 * batch.length, BATCH_BYTES), batch.length + total));
    }
    return batch;
  }

  /** The next batch gets the room that this one needed, so that little is copied to grow. */
  private void seal(Batch batch) {
    capacity = Math.clamp(Integer.highestOneBit(batch.length) * 2L, LEAST_CAPACITY, BATCH_BYTES);
    open = null;
    synchronized (giving) {
      Batch last = queue.peekLast();
      if (last != null && !last.fixed && last.length + batch.length <= BATCH_BYTES) {
        last.add(batch); // the backend takes nothing now: fewer and larger, when it does
      } else {
        queue.addLast(batch);
      }
    }
  }

  @Override
  public void flush() {
    Batch batch = open;
    if (batch != null) {
      seal(batch);
    }
    give();
  }

  /**
   * Gives the backend what it has not got, in order. Whoever comes in here from within (a commit
   * that is told inside submit) leaves it to the loop that runs.
   */
  private void give() {
    synchronized (giving) {
      if (giver) {
        return;
      }
      giver = true;
      try {
        for (Batch next = notGiven(); next != null; next = notGiven()) {
          boolean before = next.fixed;
          next.given = true;
          next.fixed = true;
          if (!backend.submit(next.position, next.bytes, next.length)) {
            next.given = false;
            next.fixed = before;
            return;
          }
        }
      } finally {
        giver = false;
      }
    }
  }

  private @Nullable Batch notGiven() {
    // What is given stands in front; in normal running the queue is empty or all but its last are.
    Iterator<Batch> backwards = queue.descendingIterator();
    Batch found = null;
    while (backwards.hasNext()) {
      Batch batch = backwards.next();
      if (batch.given) {
        break;
      }
      found = batch;
    }
    return found;
  }

  /** Told by the backend. */
  private final class Ears implements LogBackend.Listener {
    @Override
    public void committed(long position) {
      boolean rest;
      synchronized (giving) {
        for (Batch oldest = queue.peekFirst();
            oldest != null && oldest.end() <= position;
            oldest = queue.peekFirst()) {
          queue.removeFirst();
        }
        committed = Math.max(committed, position);
        rest = !queue.isEmpty() && !queue.getLast().given;
      }
      commitListeners.tell(position);
      if (rest) {
        give();
      }
    }

    @Override
    public void resumed(long position) {
      synchronized (giving) {
        for (Batch batch : queue) {
          batch.given = batch.end() <= position;
        }
      }
      give();
    }

    @Override
    public void expired(String reason) {
      change(Status.EXPIRED, reason);
    }

    @Override
    public void status(Status to, String reason) {
      change(to, reason);
    }
  }

  private void change(Status to, String reason) {
    synchronized (statusListeners) {
      if (status == to || status == Status.EXPIRED) {
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
    return backend.first();
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
    return backend.reader(position);
  }

  @Override
  public void trim(long position) {
    backend.trim(Math.min(position, committed));
  }

  @Override
  public Streams streams() {
    return backend.streams();
  }

  @Override
  public LogStatistics statistics() {
    return backend.statistics();
  }

  @Override
  public void onCommit(CommitListener listener) {
    commitListeners.add(listener);
  }

  @Override
  public void onStatus(StatusListener listener) {
    statusListeners.add(listener);
  }

  @Override
  public Status status() {
    return status;
  }

  /**
   * Flushes, waits until all is stable (10 s at most), and ends the turn. Appending thread only.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    flush();
    closed = true;
    long deadline = System.nanoTime() + CLOSE_NANOS;
    boolean interrupted = false;
    while (uncommitted() > 0 && status != Status.EXPIRED && System.nanoTime() - deadline < 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(1);
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
      give();
    }
    if (uncommitted() > 0) {
      LOG.warn("the log is closed with {} bytes that are not known to be stable", uncommitted());
    }
    backend.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Told one after the other; none keeps the others from hearing. */
  private static final class CommitListeners {
    private volatile CommitListener[] all = {};

    synchronized void add(CommitListener listener) {
      CommitListener[] more = Arrays.copyOf(all, all.length + 1);
      more[more.length - 1] = listener;
      all = more;
    }

    void tell(long position) {
      for (CommitListener listener : all) {
        try {
          listener.committed(position);
        } catch (RuntimeException e) {
          LOG.error("a commit listener failed at position {}", position, e);
        }
      }
    }
  }
}
