package io.holdfast.failover.north;

import java.util.Arrays;

/**
 * Credits on their way from the pipeline to the event loop: for each connection the newest one, so
 * its length is bounded by the number of connections, however long the loop is kept waiting.
 * Allocates only to grow. Thread-safe; the lock is held for a scan and never while anything blocks.
 */
final class CreditQueue {
  /** Told each credit while draining. */
  interface Sink {
    void credit(long connection, long offset);
  }

  private long[] connections = new long[16];
  private long[] offsets = new long[16];
  private int size;

  synchronized void put(long connection, long offset) {
    for (int i = 0; i < size; i++) {
      if (connections[i] == connection) {
        offsets[i] = offset;
        return;
      }
    }
    if (size == connections.length) {
      connections = Arrays.copyOf(connections, 2 * size);
      offsets = Arrays.copyOf(offsets, 2 * size);
    }
    connections[size] = connection;
    offsets[size++] = offset;
  }

  /** Empties it, first put first; returns whether there was anything. */
  synchronized boolean drainTo(Sink sink) {
    boolean any = size > 0;
    for (int i = 0; i < size; i++) {
      sink.credit(connections[i], offsets[i]);
    }
    size = 0;
    return any;
  }
}
