package io.holdfast.failover.connection;

import java.nio.ByteBuffer;

/**
 * Bytes of ours that are in the log and not yet in the kernel's TCP: a ring of bytes that grows by
 * doubling. The credit that failoverd gives to the speaker bounds it.
 *
 * <p>It never shrinks: direct memory comes back only by a garbage collection, which the JVM forces
 * when enough of it was thrown away, and its pause is one of every connection's acknowledgments.
 *
 * <p>Owned by the pipeline.
 */
public final class OutputQueue {
  private static final int SMALLEST = 4096;

  private ByteBuffer ring = ByteBuffer.allocateDirect(SMALLEST);
  private long head;
  private long tail;

  /**
   * Begins in the middle of the stream: what is before this offset is nobody's business any more.
   */
  public void startAt(long offset) {
    if (tail != head) {
      throw new IllegalStateException(size() + " bytes wait");
    }
    head = offset;
    tail = offset;
  }

  /** Offset in the stream of the next byte to be written to the socket. */
  public long head() {
    return head;
  }

  /** Offset behind the last byte. */
  public long tail() {
    return tail;
  }

  public int size() {
    return (int) (tail - head);
  }

  public void add(ByteBuffer bytes, int from, int length) {
    if (size() + length > ring.capacity()) {
      resize(Integer.highestOneBit(size() + length - 1) << 1);
    }
    int at = index(tail);
    int first = Math.min(length, ring.capacity() - at);
    ring.put(at, bytes, from, first);
    ring.put(0, bytes, from + first, length - first);
    tail += length;
  }

  private void resize(int capacity) {
    ByteBuffer wider = ByteBuffer.allocateDirect(capacity);
    for (long offset = head; offset < tail; ) {
      int from = index(offset);
      int to = (int) (offset & capacity - 1);
      int length =
          (int) Math.min(tail - offset, Math.min(ring.capacity() - from, (long) capacity - to));
      wider.put(to, ring, from, length);
      offset += length;
    }
    ring = wider;
  }

  /** The buffer that {@link #headIndex()} and {@link #contiguous} speak of. */
  public ByteBuffer buffer() {
    return ring;
  }

  public int headIndex() {
    return index(head);
  }

  /** How many bytes stand in one piece from the head, at most up to stream offset {@code limit}. */
  public int contiguous(long limit) {
    return (int) Math.min(Math.min(limit, tail) - head, ring.capacity() - headIndex());
  }

  /** The socket took this many bytes. */
  public void consumed(int bytes) {
    head += bytes;
  }

  private int index(long offset) {
    return (int) (offset & ring.capacity() - 1);
  }
}
