package io.holdfast.bgp.policy;

import io.holdfast.bgp.wire.nlri.Prefixes;
import java.util.List;

/** A named set of ranges of IPv4 prefixes. */
public record PrefixSet(String name, List<Range> ranges) {

  /**
   * All prefixes inside {@code prefix} whose length is {@code from} to {@code to}.
   *
   * @param prefix packed ({@link Prefixes})
   * @param from at least the length of {@code prefix}
   * @param to at most 32
   */
  public record Range(long prefix, int from, int to) {
    public Range {
      if (from < Prefixes.length(prefix) || to > 32 || from > to) {
        throw new IllegalArgumentException(
            Prefixes.text(prefix) + " cannot hold lengths " + from + " to " + to);
      }
    }

    boolean contains(long other) {
      int length = Prefixes.length(other);
      return length >= from && length <= to && Prefixes.covers(prefix, other);
    }
  }

  public PrefixSet {
    ranges = List.copyOf(ranges);
  }

  /** Whether one of the ranges holds this packed prefix. */
  public boolean contains(long prefix) {
    for (Range range : ranges) {
      if (range.contains(prefix)) {
        return true;
      }
    }
    return false;
  }
}
