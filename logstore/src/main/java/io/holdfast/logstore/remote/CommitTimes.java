package io.holdfast.logstore.remote;

import java.util.Arrays;

/** How long the last 4,096 batches took from submission to commit. Thread-safe. */
final class CommitTimes {
  private static final int WINDOW = 4_096;

  private final long[] micros = new long[WINDOW];
  private long count;

  synchronized void add(long nanos) {
    micros[(int) (count++ % WINDOW)] = nanos / 1_000;
  }

  /**
   * The smallest time in microseconds that this share of them did not exceed; 0 before the first.
   */
  synchronized long percentile(double share) {
    int held = (int) Math.min(count, WINDOW);
    if (held == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(micros, held);
    Arrays.sort(sorted);
    return sorted[Math.clamp((long) Math.ceil(share * held) - 1, 0, held - 1)];
  }
}
