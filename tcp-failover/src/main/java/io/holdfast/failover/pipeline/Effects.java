package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done as soon as the log is committed up to a position: first in first out, in log
 * order. A ring of parallel arrays that grows to what is uncommitted (which is bounded, see {@link
 * LogStage#UNCOMMITTED_LIMIT}) and allocates nothing otherwise. Owned by the pipeline.
 */
final class Effects {
  enum Kind {
    OPENED,
    RECEIVED,
    SENT,
    PEER_CLOSED,
    CLOSED,
    ATTACHED,
    REGISTERED
  }

  private static final int INITIAL = 256;

  private long[] positions = new long[INITIAL];
  private Kind[] kinds = new Kind[INITIAL];
  private @Nullable Connection[] connections = new @Nullable Connection[INITIAL];
  private long[] values = new long[INITIAL];
  private @Nullable Object[] objects = new @Nullable Object[INITIAL];
  private int head;
  private int tail;

  /**
   * @param position behind the record that must be committed first
   */
  void add(
      long position,
      Kind kind,
      @Nullable Connection connection,
      long value,
      @Nullable Object object) {
    if (tail - head == positions.length) {
      grow();
    }
    int at = tail++ & positions.length - 1;
    positions[at] = position;
    kinds[at] = kind;
    connections[at] = connection;
    values[at] = value;
    objects[at] = object;
  }

  private void grow() {
    int count = positions.length;
    int shift = head & count - 1;
    positions = rotated(positions, shift);
    values = rotated(values, shift);
    kinds = rotated(kinds, shift);
    connections = rotated(connections, shift);
    objects = rotated(objects, shift);
    head = 0;
    tail = count;
  }

  private static long[] rotated(long[] ring, int shift) {
    long[] wider = Arrays.copyOfRange(ring, shift, shift + 2 * ring.length);
    System.arraycopy(ring, 0, wider, ring.length - shift, shift);
    return wider;
  }

  private static <T extends @Nullable Object> T[] rotated(T[] ring, int shift) {
    T[] wider = Arrays.copyOfRange(ring, shift, shift + 2 * ring.length);
    System.arraycopy(ring, 0, wider, ring.length - shift, shift);
    return wider;
  }

  /** Whether the first effect's record is committed. */
  boolean due(long committed) {
    return tail != head && positions[head & positions.length - 1] <= committed;
  }

  Kind kind() {
    return kinds[head & kinds.length - 1];
  }

  @Nullable Connection connection() {
    return connections[head & connections.length - 1];
  }

  long value() {
    return values[head & values.length - 1];
  }

  @Nullable Object object() {
    return objects[head & objects.length - 1];
  }

  void removeFirst() {
    int at = head++ & positions.length - 1;
    connections[at] = null;
    objects[at] = null;
  }

  int size() {
    return tail - head;
  }
}
