package io.holdfast.bgp.cli;

import java.util.ArrayList;
import java.util.List;

/** Which bytes of a stream were seen, as ranges in order; adjoining ones become one. */
final class ByteRanges {

  /** From {@code from}, included, to {@code to}, excluded. */
  record Range(long from, long to) {
    @Override
    public String toString() {
      return from + "-" + to;
    }
  }

  private final List<Range> ranges = new ArrayList<>();

  void add(long from, long length) {
    if (length <= 0) {
      return;
    }
    long to = from + length;
    long start = from;
    int at = ranges.size();
    // Streams grow, so nearly always the last range is the one to grow.
    while (at > 0 && ranges.get(at - 1).to() >= start) {
      Range before = ranges.get(at - 1);
      if (before.from() > to) {
        at--;
        continue;
      }
      start = Math.min(start, before.from());
      to = Math.max(to, before.to());
      ranges.remove(--at);
    }
    ranges.add(at, new Range(start, to));
  }

  List<Range> ranges() {
    return List.copyOf(ranges);
  }

  @Override
  public String toString() {
    return ranges.isEmpty() ? "-" : String.join(" ", ranges.stream().map(Range::toString).toList());
  }
}
