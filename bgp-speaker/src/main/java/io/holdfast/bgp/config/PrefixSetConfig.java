package io.holdfast.bgp.config;

import java.util.List;

/** A named set of prefixes. It holds a prefix if any of its ranges does. */
public record PrefixSetConfig(String name, List<Range> ranges) {

  /**
   * The prefixes within {@code prefix} whose length is {@code from} to {@code to}, both included;
   * {@code prefix.length() <= from <= to <= 32}. Without {@code ge} and {@code le} in the file both
   * are the prefix's own length.
   */
  public record Range(PrefixConfig prefix, int from, int to) {}

  /** Makes its list immutable. */
  public PrefixSetConfig {
    ranges = List.copyOf(ranges);
  }
}
