package io.holdfast.logstore.log;

import java.util.Arrays;

/** How long the last 4,096 batches took from submission to commit. Thread-safe. */
public final class CommitTimes {
  private static final int KEPT = 4_096;

  private final long[] nanos = new long[KEPT];
  private long count;

  /** Another batch, in nanoseconds. */
  public synchronized void add(long time) {
    nanos[(int) (count++ % KEPT)] = time;
  }

  /**
   * The smallest time in microseconds that this share of them (0 to 1) did not exceed; 0 before the
   * first.
   */
  public long percentileMicros(double share) {
    long[] sorted;
    synchronized (this) {
      sorted = Arrays.copyOf(nanos, (int) Math.min(count, KEPT));
    }
    if (sorted.length == 0) {
      return 0;
    }
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)] / 1_000;
  }
}
