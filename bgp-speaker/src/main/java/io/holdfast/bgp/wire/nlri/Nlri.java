package io.holdfast.bgp.wire.nlri;

import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** An immutable list of packed IPv4 prefixes ({@link Prefixes}), in the order of the message. */
public final class Nlri {
  /** No prefixes. */
  public static final Nlri EMPTY = new Nlri(new long[0]);

  private final long[] prefixes;

  private Nlri(long[] prefixes) {
    this.prefixes = prefixes;
  }

  /** A copy of the array. */
  public static Nlri of(long... prefixes) {
    return prefixes.length == 0 ? EMPTY : new Nlri(prefixes.clone());
  }

  /** A copy of {@code count} elements from {@code from}. */
  public static Nlri copyOf(long[] prefixes, int from, int count) {
    return count == 0 ? EMPTY : new Nlri(Arrays.copyOfRange(prefixes, from, from + count));
  }

  /** Takes the array over: nobody else may keep it. */
  static Nlri adopt(long[] prefixes) {
    return new Nlri(prefixes);
  }

  /** This list, then the other. */
  public Nlri concat(Nlri other) {
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    long[] both = Arrays.copyOf(prefixes, size() + other.size());
    System.arraycopy(other.prefixes, 0, both, size(), other.size());
    return new Nlri(both);
  }

  /** Number of prefixes. */
  public int size() {
    return prefixes.length;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return prefixes.length == 0;
  }

  /** The packed prefix at the index. */
  public long prefix(int index) {
    return prefixes[index];
  }

  /** Calls back with each, in order. */
  public void forEach(LongConsumer action) {
    for (long prefix : prefixes) {
      action.accept(prefix);
    }
  }

  /** A copy. */
  public long[] toArray() {
    return prefixes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Nlri that && Arrays.equals(prefixes, that.prefixes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(prefixes);
  }

  @Override
  public String toString() {
    return LongStream.of(prefixes)
        .mapToObj(Prefixes::text)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
