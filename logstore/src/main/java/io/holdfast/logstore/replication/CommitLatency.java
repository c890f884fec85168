package io.holdfast.logstore.replication;

import java.util.Arrays;

/** The last 4,096 times from submission to commit. Thread-safe. */
final class CommitLatency {
  private static final int KEPT = 4_096;

  private final long[] nanos = new long[KEPT];
  private long count;

  synchronized void add(long value) {
    nanos[(int) (count++ % KEPT)] = value;
  }

  /** Median and 99th percentile in microseconds; zeros before the first. */
  synchronized long[] percentilesMicros() {
    int filled = (int) Math.min(count, KEPT);
    if (filled == 0) {
      return new long[] {0, 0};
    }
    long[] sorted = Arrays.copyOf(nanos, filled);
    Arrays.sort(sorted);
    return new long[] {sorted[filled / 2] / 1000, sorted[(int) (filled * 99L / 100)] / 1000};
  }
}
