package io.holdfast.bgp.wire.nlri;

import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** An immutable list of packed IPv4 prefixes ({@link Prefixes}), in the order of the message. */
public final class Nlri {
  /** No prefixes. */
  public static final Nlri EMPTY = new Nlri(new long[0], 0);

  private final long[] prefixes;
  private final int size;

  private Nlri(long[] prefixes, int size) {
    this.prefixes = prefixes;
    this.size = size;
  }

  /** A copy of the array. */
  public static Nlri of(long... prefixes) {
    return prefixes.length == 0 ? EMPTY : new Nlri(prefixes.clone(), prefixes.length);
  }

  /** A copy of {@code count} elements from {@code from}. */
  public static Nlri copyOf(long[] prefixes, int from, int count) {
    return count == 0 ? EMPTY : new Nlri(Arrays.copyOfRange(prefixes, from, from + count), count);
  }

  /** This list, then the other. */
  public Nlri concat(Nlri other) {
    if (size == 0) {
      return other;
    }
    if (other.size == 0) {
      return this;
    }
    long[] both = Arrays.copyOf(prefixes, size + other.size);
    System.arraycopy(other.prefixes, 0, both, size, other.size);
    return new Nlri(both, both.length);
  }

  /** Number of prefixes. */
  public int size() {
    return size;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** The packed prefix at the index. */
  public long prefix(int index) {
    return prefixes[index];
  }

  /** Calls back with each, in order. */
  public void forEach(LongConsumer action) {
    for (int i = 0; i < size; i++) {
      action.accept(prefixes[i]);
    }
  }

  /** A copy. */
  public long[] toArray() {
    return Arrays.copyOf(prefixes, size);
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
