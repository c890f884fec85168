package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waits for many descriptors at once, level-triggered. Each descriptor has a token of the caller's
 * choice, which is what an event brings back.
 *
 * <p>Owned by one thread; {@link #await} allocates nothing.
 */
public final class Epoll implements Closeable {
  /** There is something to read, or a connection to accept, or the peer has closed. */
  public static final int IN = 0x001;

  /** There is room to write, or a connect is decided. */
  public static final int OUT = 0x004;

  /** An error waits on the descriptor; reported whether asked for or not. */
  public static final int ERROR = 0x008;

  /** Both directions are closed; reported whether asked for or not. */
  public static final int HANGUP = 0x010;

  /** The peer has closed its direction. */
  public static final int PEER_CLOSED = 0x2000;

  private static final int ADD = 1;
  private static final int REMOVE = 2;
  private static final int MODIFY = 3;

  /** {@code struct epoll_event} is packed on x86-64 only. */
  private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");

  private static final int EVENT_SIZE = PACKED ? 12 : 16;
  private static final int TOKEN_OFFSET = PACKED ? 4 : 8;
  private static final int CLOEXEC = 0x80000;

  private final MemorySegment errno;
  private final MemorySegment one;
  private final MemorySegment events;
  private final int capacity;
  private final int fd;
  private int count;

  private Epoll(int capacity) throws LinuxException {
    Arena arena = Arena.ofAuto();
    this.capacity = capacity;
    this.errno = arena.allocate(JAVA_INT);
    this.one = arena.allocate(16, 8);
    this.events = arena.allocate((long) capacity * EVENT_SIZE, 8);
    this.fd = Descriptors.check("epoll_create1", Libc.epollCreate1(errno, CLOEXEC));
  }

  /**
   * An instance that watches nothing yet.
   *
   * @param capacity events that one {@link #await} can bring, 1 or more
   */
  public static Epoll create(int capacity) throws LinuxException {
    return new Epoll(capacity);
  }

  /** The instance's own descriptor: one epoll can watch another. */
  public int fd() {
    return fd;
  }

  /**
   * Watches a descriptor that is not watched yet.
   *
   * @param interest {@link #IN}, {@link #OUT}, {@link #PEER_CLOSED} or several; 0 for errors only
   */
  public void add(int descriptor, int interest, long token) throws LinuxException {
    control(ADD, descriptor, interest, token);
  }

  /** Changes what is waited for, and the token. */
  public void modify(int descriptor, int interest, long token) throws LinuxException {
    control(MODIFY, descriptor, interest, token);
  }

  /** Forgets a descriptor. One that has been closed is forgotten by itself. */
  public void remove(int descriptor) throws LinuxException {
    control(REMOVE, descriptor, 0, 0);
  }

  private void control(int operation, int descriptor, int interest, long token)
      throws LinuxException {
    one.set(JAVA_INT, 0, interest);
    one.set(JAVA_LONG_UNALIGNED, TOKEN_OFFSET, token);
    Descriptors.check("epoll_ctl", Libc.epollCtl(errno, fd, operation, descriptor, one));
  }

  /**
   * Waits until something happens.
   *
   * @param timeoutMillis at most so long; 0 not at all, −1 without end
   * @return how many events there are; 0 after the timeout or a signal
   */
  public int await(int timeoutMillis) {
    int ready = Libc.epollWait(errno, fd, events, capacity, timeoutMillis);
    if (ready < 0 && ready != -Errno.EINTR) {
      throw new IllegalStateException("epoll_wait: " + Errno.text(-ready));
    }
    count = Math.max(ready, 0);
    return count;
  }

  /** The token of event {@code i} of the last {@link #await}. */
  public long token(int i) {
    return events.get(JAVA_LONG_UNALIGNED, event(i) + TOKEN_OFFSET);
  }

  /** What happened in event {@code i} of the last {@link #await}: the bits above. */
  public int events(int i) {
    return events.get(JAVA_INT_UNALIGNED, event(i));
  }

  private long event(int i) {
    if (i < 0 || i >= count) {
      throw new IndexOutOfBoundsException(i);
    }
    return (long) i * EVENT_SIZE;
  }

  @Override
  public void close() {
    Libc.close(errno, fd);
  }
}
