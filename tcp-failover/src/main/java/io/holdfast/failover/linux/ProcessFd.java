package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A process, held by a descriptor (pidfd_open(2)): its number cannot be given to another process
 * meanwhile, so a signal never hits a stranger, and its end can be waited for, child or not.
 *
 * <p>Thread-safe until it is closed.
 */
public final class ProcessFd implements Closeable {
  public static final int SIGHUP = 1;
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;

  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final int POLLIN = 1;

  private final long pid;
  private final int fd;

  private ProcessFd(long pid, int fd) {
    this.pid = pid;
    this.fd = fd;
  }

  /**
   * Takes hold of a process.
   *
   * @throws LinuxException with ESRCH if there is none of this number
   */
  public static ProcessFd open(long pid) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      long fd = Libc.syscall(errno, SYS_PIDFD_OPEN, pid, 0, 0, 0);
      return new ProcessFd(pid, Descriptors.check("pidfd_open " + pid, (int) fd));
    }
  }

  /** To be watched for {@link Epoll#IN}, which comes when the process has ended. */
  public int fd() {
    return fd;
  }

  public long pid() {
    return pid;
  }

  /** Whether the process has ended (a zombie has). */
  public boolean ended() {
    return awaitEnd(0);
  }

  /**
   * Waits until the process has ended.
   *
   * @param timeoutMillis at most so long
   * @return whether it has
   */
  public boolean awaitEnd(int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment poll = arena.allocate(8, 4);
      poll.set(JAVA_INT, 0, fd);
      poll.set(JAVA_SHORT, 4, (short) POLLIN);
      return Libc.poll(arena.allocate(JAVA_INT), poll, 1, timeoutMillis) > 0;
    }
  }

  /**
   * Sends a signal.
   *
   * @return whether it was sent; false if the process has ended already
   */
  public boolean signal(int signal) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      int answer = (int) Libc.syscall(errno, SYS_PIDFD_SEND_SIGNAL, fd, signal, 0, 0);
      if (answer == -Errno.ESRCH) {
        return false;
      }
      Descriptors.check("signal " + signal + " to " + pid, answer);
      return true;
    }
  }

  /** Lets go of the process, which is not touched. */
  @Override
  public void close() {
    Descriptors.close(fd);
  }
}
