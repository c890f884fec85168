package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Receives several messages in one system call (recvmmsg(2)). Owned by one thread; allocates
 * nothing.
 *
 * <pre>
 *   struct mmsghdr, 64 bytes: name 8, namelen 4, -, iov 8, iovlen 8, control 8, controllen 8, flags 4,
 *   -, received length 4, -
 * </pre>
 */
final class ReceiveBatch {
  private static final int HEADER = 64;
  private static final int IOV_OFFSET = 16;
  private static final int IOV_COUNT_OFFSET = 24;
  private static final int FLAGS_OFFSET = 48;
  private static final int RECEIVED_OFFSET = 56;
  private static final int IOV = 16;
  private static final int MSG_TRUNC = 0x20;

  private final MemorySegment headers;

  /** Message {@code i} is received to {@code into}, at {@code i * slot}. */
  ReceiveBatch(Arena arena, MemorySegment into, int count, int slot) {
    headers = arena.allocate((long) count * HEADER, 64);
    MemorySegment vectors = arena.allocate((long) count * IOV, 8);
    for (long i = 0; i < count; i++) {
      vectors.set(ADDRESS, i * IOV, into.asSlice(i * slot, slot));
      vectors.set(JAVA_LONG, i * IOV + 8, slot);
      headers.set(ADDRESS, i * HEADER + IOV_OFFSET, vectors.asSlice(i * IOV, IOV));
      headers.set(JAVA_LONG, i * HEADER + IOV_COUNT_OFFSET, 1);
    }
  }

  /** How many messages were received, {@code most} at most, or {@code -errno}. */
  int receive(MemorySegment errno, int fd, int most) {
    return Libc.recvmmsg(errno, fd, headers, most, Libc.MSG_DONTWAIT, MemorySegment.NULL);
  }

  /** Bytes of message {@code i}. */
  int length(int i) {
    return headers.get(JAVA_INT, (long) i * HEADER + RECEIVED_OFFSET);
  }

  /** Whether message {@code i} did not fit. */
  boolean truncated(int i) {
    return (headers.get(JAVA_INT, (long) i * HEADER + FLAGS_OFFSET) & MSG_TRUNC) != 0;
  }
}
