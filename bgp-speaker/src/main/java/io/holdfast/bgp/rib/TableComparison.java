package io.holdfast.bgp.rib;

import java.util.Arrays;
import org.agrona.collections.LongArrayList;

/**
 * Finds, in slices, the prefixes for which a peer was not told what it should know: all of the
 * table for a session that begins, next to none after a replay. Owned by the event loop.
 */
final class TableComparison {
  /**
   * A packed prefix takes 40 bits; what is above it brings routes with equal attributes together.
   */
  private static final int PREFIX_BITS = 40;

  private static final long PREFIX_MASK = (1L << PREFIX_BITS) - 1;
  private static final long GROUP_MASK = 0x7F_FFFF;

  private final Rib rib;
  private final AdjRibOut out;
  private final long[] known;
  private final long[] told;
  private int at;

  /** Group and prefix. */
  private final LongArrayList different = new LongArrayList();

  TableComparison(Rib rib, AdjRibOut out) {
    this.rib = rib;
    this.out = out;
    this.known = rib.prefixes();
    this.told = out.toldPrefixes();
  }

  /** Goes on until then; returns whether it is done. */
  boolean goOn(long until) {
    int all = known.length + told.length;
    while (at < all) {
      compare(at < known.length ? known[at] : told[at - known.length]);
      at++;
      if (at % 64 == 0 && System.nanoTime() - until >= 0) {
        break;
      }
    }
    return at == all;
  }

  private void compare(long prefix) {
    LocRoute route = rib.best(prefix);
    boolean second = at >= known.length;
    if ((second && route != null) || out.upToDate(prefix)) {
      return; // What stands in both tables was seen in the first.
    }
    long group = route == null ? 0 : route.attributes().hashCode() & GROUP_MASK;
    different.addLong(group << PREFIX_BITS | prefix);
  }

  /** The prefixes that differ, those with equal attributes next to each other. */
  long[] differences() {
    long[] sorted = different.toLongArray();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] &= PREFIX_MASK;
    }
    return sorted;
  }
}
