package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Wakes a thread that waits in {@link Epoll#await}. {@link #wake()} is for any thread; the rest
 * belongs to the thread that waits.
 */
public final class EventFd implements Closeable {
  private static final int NONBLOCK_CLOEXEC = Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;

  private final MemorySegment errno;
  private final MemorySegment wakeErrno;
  private final MemorySegment value;
  private final MemorySegment one;
  private final int fd;

  private EventFd() throws LinuxException {
    Arena arena = Arena.ofAuto();
    errno = arena.allocate(JAVA_INT);
    wakeErrno = arena.allocate(JAVA_INT);
    value = arena.allocate(JAVA_LONG);
    one = arena.allocateFrom(JAVA_LONG, 1L);
    fd = Descriptors.check("eventfd", Libc.eventfd(errno, 0, NONBLOCK_CLOEXEC));
  }

  public static EventFd create() throws LinuxException {
    return new EventFd();
  }

  /** To be watched for {@link Epoll#IN}. */
  public int fd() {
    return fd;
  }

  /** From any thread; several calls before a {@link #drain} are one. Allocates nothing. */
  public void wake() {
    // Threads may overwrite each other's errno here, and nobody minds: the only refusal is EAGAIN,
    // when the count is at its end, and then the waiter is awake in any case.
    Libc.write(wakeErrno, fd, one.address(), 8);
  }

  /** Whether it had been woken; makes it quiet again. */
  public boolean drain() {
    return Libc.read(errno, fd, value.address(), 8) == 8;
  }

  @Override
  public void close() {
    Libc.close(errno, fd);
  }
}
