package io.holdfast.bgp.rib;

import java.util.ArrayDeque;
import org.agrona.collections.LongArrayQueue;
import org.agrona.collections.LongHashSet;

/**
 * Prefixes that have to be looked at (again). A single prefix stands in it at most once, so it is
 * never longer than the table; a <em>sweep</em>, a whole table at once, is an array that costs
 * nothing to queue. Sweeps come first. Owned by the event loop.
 */
final class PrefixQueue {
  /** No packed prefix is negative. */
  private static final long NONE = -1;

  private final ArrayDeque<long[]> sweeps = new ArrayDeque<>();
  private int swept;
  private final LongArrayQueue single = new LongArrayQueue(NONE);
  private final LongHashSet queued = new LongHashSet();

  void add(long prefix) {
    if (queued.add(prefix)) {
      single.addLong(prefix);
    }
  }

  /** Takes the array over. */
  void addSweep(long[] prefixes) {
    if (prefixes.length > 0) {
      sweeps.add(prefixes);
    }
  }

  boolean isEmpty() {
    return sweeps.isEmpty() && single.isEmpty();
  }

  /** Whether a sweep is under way. */
  boolean sweeping() {
    return !sweeps.isEmpty();
  }

  /** The next one; only if not empty. */
  long next() {
    long[] sweep = sweeps.peek();
    if (sweep == null) {
      long prefix = single.pollLong();
      queued.remove(prefix);
      return prefix;
    }
    long prefix = sweep[swept++];
    if (swept == sweep.length) {
      sweeps.poll();
      swept = 0;
    }
    return prefix;
  }

  void clear() {
    sweeps.clear();
    swept = 0;
    single.clear();
    queued.clear();
  }

  int size() {
    int total = single.size() - swept;
    for (long[] sweep : sweeps) {
      total += sweep.length;
    }
    return total;
  }
}
