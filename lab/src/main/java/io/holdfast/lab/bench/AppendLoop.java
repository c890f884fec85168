package io.holdfast.lab.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The two loops that are run on every target, in the same JVM: single records at a steady pace, and
 * as many as it takes.
 */
final class AppendLoop {
  /** Records of one flush where as many as possible are appended. */
  static final int BATCH = 64;

  /** Bytes that may wait for their commit there. */
  static final long MOST_UNCOMMITTED = 16L << 20;

  /** 200 records a second. */
  private static final long PACE_NANOS = 5_000_000;

  private static final long LOOK_NANOS = 100_000_000;
  private static final long LIMIT_NANOS = 30_000_000_000L;

  private final AppendTarget target;

  AppendLoop(AppendTarget target) {
    this.target = target;
  }

  /**
   * Appends single records, one every 5 ms, and gives how long each waited for its commit, in
   * nanoseconds, sorted. The time is taken before the append and, on the thread that learns of the
   * commit, first thing in the listener: nobody has to be woken for it.
   */
  long[] paced(int records) throws IOException {
    Waits waits = new Waits(records);
    target.onCommit(waits::committed);
    long start = System.nanoTime();
    for (int i = 0; i < records; i++) {
      long due = start + i * PACE_NANOS;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      waits.begin(target.end() + target.recordBytes());
      target.append(1);
    }
    return waits.all();
  }

  /**
   * Appends so many bytes, in batches, never more than a bound ahead of the commit; gives the
   * seconds until the last of them is committed.
   */
  double stream(long bytes) throws IOException {
    Thread appender = Thread.currentThread();
    AtomicLong committed = new AtomicLong(target.end());
    target.onCommit(
        position -> {
          committed.accumulateAndGet(position, Math::max);
          LockSupport.unpark(appender);
        });
    long start = System.nanoTime();
    long end = target.end() + bytes;
    while (target.end() < end) {
      await(committed, target.end() + (long) BATCH * target.recordBytes() - MOST_UNCOMMITTED);
      target.append(BATCH);
    }
    await(committed, target.end());
    return (System.nanoTime() - start) * 1e-9;
  }

  private static void await(AtomicLong committed, long position) throws IOException {
    long start = System.nanoTime();
    while (committed.get() < position) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        throw new IOException("nothing was committed for 30 s");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** When each record was begun, and how long it took. */
  private static final class Waits {
    private final long[] ends;
    private final long[] nanos;
    private int begun;
    private int committed;

    Waits(int records) {
      ends = new long[records];
      nanos = new long[records];
    }

    /** The record that will end at this position is appended now. */
    synchronized void begin(long end) {
      ends[begun] = end;
      nanos[begun] = -System.nanoTime();
      begun++;
    }

    /** Told on any thread. */
    void committed(long position) {
      long now = System.nanoTime();
      synchronized (this) {
        int before = committed;
        while (committed < begun && ends[committed] <= position) {
          nanos[committed] += now;
          committed++;
        }
        if (before < committed && committed == nanos.length) {
          notifyAll();
        }
      }
    }

    /** Waits for the last. */
    synchronized long[] all() throws IOException {
      long deadline = System.nanoTime() + LIMIT_NANOS;
      while (committed < nanos.length) {
        try {
          wait(LOOK_NANOS / 1_000_000);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("a record was not committed within 30 s");
        }
      }
      long[] sorted = nanos.clone();
      Arrays.sort(sorted);
      return sorted;
    }
  }
}
