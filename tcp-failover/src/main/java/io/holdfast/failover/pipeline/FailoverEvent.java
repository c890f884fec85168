package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.FourTuple;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A slot of the ring, preallocated and used again; which fields count depends on the type. */
final class FailoverEvent {
  /** The most bytes that one event carries: a read, or one frame of application messages. */
  static final int MAX_BYTES = 64 * 1024;

  /** Room before the bytes for what is put ahead of them in the log (the targets of a Sent). */
  static final int HEADROOM = 8 * 1024;

  ByteBuffer payload = newPayload();
  final FourTuple key = new FourTuple();

  EventType type = EventType.TICK;

  /** Bytes in the payload, from {@link #HEADROOM}. */
  int length;

  @Nullable Connection connection;
  int descriptor;
  int errno;

  /** A segment: the kernel's id, its hook, and the header fields. */
  int packetId;

  boolean inbound;
  int sequence;
  int end;
  int acknowledgment;
  int flags;
  int mss;
  int windowScale;
  boolean sackPermitted;
  boolean timestamps;
  int timestampValue;

  /** A speaker's frame: its channel, and what it says. */
  long channel;

  long number;
  boolean flag;
  long[] targets = new long[8];
  int targetCount;

  /** What is rare and no primitive. */
  @Nullable Object object;

  /** A buffer that fits into a slot. Its position and limit are nobody's: use indices. */
  static ByteBuffer newPayload() {
    return ByteBuffer.allocateDirect(HEADROOM + MAX_BYTES);
  }

  /**
   * Takes a filled buffer and gives the slot's own for it. So a producer fills a buffer before it
   * claims a slot: while a slot is claimed and not published, the pipeline can only spin.
   */
  ByteBuffer exchange(ByteBuffer filled) {
    ByteBuffer spare = payload;
    payload = filled;
    return spare;
  }

  void targets(long[] ids, int count) {
    if (targets.length < count) {
      targets = new long[count];
    }
    System.arraycopy(ids, 0, targets, 0, count);
    targetCount = count;
  }

  /** Drops references, so that a slot does not keep alive what is gone. */
  void clear() {
    connection = null;
    object = null;
    length = 0;
    errno = 0;
  }
}
