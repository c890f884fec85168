package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * TCP_REPAIR (Linux 3.5): a socket that is established because we say so, with the numbers that we
 * give. While a socket is in repair mode it sends nothing, and closing it sends nothing. Needs
 * CAP_NET_ADMIN. Owned by one thread.
 */
public final class TcpRepair {
  /**
   * What the socket is to be.
   *
   * @param sendNext number of the next byte that is written; what {@link #sent} adds stands before
   * @param receiveNext number of the next byte that the peer is to send
   * @param mss what the peer's SYN offered, in bytes
   * @param sendScale the peer's window scale, 0 to 14, or −1: no scaling either way
   * @param receiveScale ours
   * @param sackPermitted whether both sides offered it
   * @param timestamps whether both sides offered them
   * @param timestamp the next TSval, as a 32-bit pattern; beyond the last one sent
   */
  public record Numbers(
      int sendNext,
      int receiveNext,
      int mss,
      int sendScale,
      int receiveScale,
      boolean sackPermitted,
      boolean timestamps,
      int timestamp) {}

  /**
   * The windows of a socket ({@code struct tcp_repair_window}).
   *
   * @param updatedBy number of the peer's segment that said {@code send} last
   * @param send the peer's window in bytes
   * @param largestSend the largest that it had
   * @param receive ours in bytes
   * @param receivedThen what we had received when we said it
   */
  public record Windows(int updatedBy, int send, int largestSend, int receive, int receivedThen) {}

  private static final int SOL_TCP = 6;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int TCP_REPAIR = 19;
  private static final int TCP_REPAIR_QUEUE = 20;
  private static final int TCP_QUEUE_SEQ = 21;
  private static final int TCP_REPAIR_OPTIONS = 22;
  private static final int TCP_TIMESTAMP = 24;
  private static final int TCP_REPAIR_WINDOW = 29;
  private static final int ON = 1;
  private static final int OFF = 0;
  private static final int OFF_WITHOUT_PROBE = -1;
  private static final int NO_QUEUE = 0;
  private static final int RECEIVE_QUEUE = 1;
  private static final int SEND_QUEUE = 2;
  private static final int OPTION_MSS = 2;
  private static final int OPTION_WINDOW_SCALE = 3;
  private static final int OPTION_SACK_PERMITTED = 4;
  private static final int OPTION_TIMESTAMPS = 8;
  private static final int OPTION_LENGTH = 8;
  private static final int WINDOWS_LENGTH = 20;

  private final TcpSockets sockets;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment errno = arena.allocate(JAVA_INT);
  private final MemorySegment number = arena.allocate(JAVA_INT);
  private final MemorySegment length = arena.allocate(JAVA_INT);
  private final MemorySegment address = arena.allocate(SocketAddress.LENGTH, 8);
  private final MemorySegment options = arena.allocate(4 * OPTION_LENGTH, 4);
  private final MemorySegment windows = arena.allocate(WINDOWS_LENGTH, 4);

  /** Uses these sockets for what is not special to repair mode. */
  public TcpRepair(TcpSockets sockets) {
    this.sockets = sockets;
  }

  /**
   * A socket in repair mode, established between these end points.
   *
   * @throws LinuxException if the kernel refuses a step; the socket is gone then
   */
  public int open(InetSocketAddress local, InetSocketAddress remote, Numbers numbers)
      throws LinuxException {
    String call = "restore " + local + " to " + remote;
    int fd = sockets.unconnected(local.getAddress(), call);
    try {
      // From the first moment: if we are killed, no orphan may keep the end points.
      sockets.prepare(fd, call);
      check(call, set(fd, Libc.SOL_SOCKET, SO_REUSEADDR, 1));
      check(call, set(fd, SOL_TCP, TCP_REPAIR, ON));
      int bytes = SocketAddress.write(address, local.getAddress(), local.getPort());
      check(call, Libc.bind(errno, fd, address, bytes));
      number(fd, call, SEND_QUEUE, numbers.sendNext());
      number(fd, call, RECEIVE_QUEUE, numbers.receiveNext());
      bytes = SocketAddress.write(address, remote.getAddress(), remote.getPort());
      check(call, Libc.connect(errno, fd, address, bytes));
      agreed(fd, call, numbers);
      check(call, set(fd, SOL_TCP, TCP_REPAIR_QUEUE, NO_QUEUE));
      return fd;
    } catch (LinuxException refused) {
      forget(fd);
      throw refused;
    }
  }

  private void number(int fd, String call, int queue, int value) throws LinuxException {
    check(call, set(fd, SOL_TCP, TCP_REPAIR_QUEUE, queue));
    check(call, set(fd, SOL_TCP, TCP_QUEUE_SEQ, value));
  }

  /** What the handshake agreed on. */
  private void agreed(int fd, String call, Numbers numbers) throws LinuxException {
    int at = option(0, OPTION_MSS, numbers.mss());
    if (numbers.sackPermitted()) {
      at = option(at, OPTION_SACK_PERMITTED, 0);
    }
    if (numbers.sendScale() >= 0 && numbers.receiveScale() >= 0) {
      at = option(at, OPTION_WINDOW_SCALE, numbers.sendScale() | numbers.receiveScale() << 16);
    }
    if (numbers.timestamps()) {
      at = option(at, OPTION_TIMESTAMPS, 0);
    }
    check(call, Libc.setsockopt(errno, fd, SOL_TCP, TCP_REPAIR_OPTIONS, options, at));
    if (numbers.timestamps()) {
      // Since Linux 6.7 the lowest bit says that the clock counts microseconds: it must be 0, or
      // the peer sees our time run a thousand times too fast, and after the next restore go back.
      check(call, set(fd, SOL_TCP, TCP_TIMESTAMP, numbers.timestamp() & ~1));
    }
  }

  private int option(int at, int kind, int value) {
    options.set(JAVA_INT, at, kind);
    options.set(JAVA_INT, at + 4L, value);
    return at + OPTION_LENGTH;
  }

  /**
   * Puts bytes into the send queue of a socket in repair mode, which count as sent.
   *
   * @throws LinuxException if it does not take them all
   */
  public void sent(int fd, ByteBuffer bytes, int from, int count) throws LinuxException {
    String call = "restore " + count + " sent bytes";
    // The kernel counts its own overhead for each piece as well.
    check(call, set(fd, Libc.SOL_SOCKET, SO_SNDBUFFORCE, Math.max(2 * count, 1 << 20)));
    check(call, set(fd, SOL_TCP, TCP_REPAIR_QUEUE, SEND_QUEUE));
    for (int done = 0; done < count; ) {
      done += check(call, sockets.write(fd, bytes, from + done, count - done));
    }
    check(call, set(fd, SOL_TCP, TCP_REPAIR_QUEUE, NO_QUEUE));
  }

  /** The socket's timestamp value at this moment, as a 32-bit pattern. */
  public int timestamp(int fd) throws LinuxException {
    length.set(JAVA_INT, 0, 4);
    check("TCP_TIMESTAMP", Libc.getsockopt(errno, fd, SOL_TCP, TCP_TIMESTAMP, number, length));
    return number.get(JAVA_INT, 0);
  }

  /** The windows; only in repair mode. */
  public Windows windows(int fd) throws LinuxException {
    length.set(JAVA_INT, 0, WINDOWS_LENGTH);
    check(
        "TCP_REPAIR_WINDOW",
        Libc.getsockopt(errno, fd, SOL_TCP, TCP_REPAIR_WINDOW, windows, length));
    return new Windows(
        windows.get(JAVA_INT, 0),
        windows.get(JAVA_INT, 4),
        windows.get(JAVA_INT, 8),
        windows.get(JAVA_INT, 12),
        windows.get(JAVA_INT, 16));
  }

  /** Sets the windows; only in repair mode. */
  public void windows(int fd, Windows value) throws LinuxException {
    windows.set(JAVA_INT, 0, value.updatedBy());
    windows.set(JAVA_INT, 4, value.send());
    windows.set(JAVA_INT, 8, value.largestSend());
    windows.set(JAVA_INT, 12, value.receive());
    windows.set(JAVA_INT, 16, value.receivedThen());
    check(
        "TCP_REPAIR_WINDOW",
        Libc.setsockopt(errno, fd, SOL_TCP, TCP_REPAIR_WINDOW, windows, WINDOWS_LENGTH));
  }

  /** Leaves repair mode with a window probe, which a peer that is there answers. */
  public void probe(int fd) throws LinuxException {
    leave(fd, OFF);
  }

  /** Leaves repair mode; nothing is sent. */
  public void resume(int fd) throws LinuxException {
    leave(fd, OFF_WITHOUT_PROBE);
  }

  private void leave(int fd, int how) throws LinuxException {
    check("leave repair mode", set(fd, SOL_TCP, TCP_REPAIR, how));
    check("leave repair mode", set(fd, Libc.SOL_SOCKET, SO_REUSEADDR, 1)); // it was cleared
  }

  /** Enters repair mode (again). */
  public void enter(int fd) throws LinuxException {
    check("enter repair mode", set(fd, SOL_TCP, TCP_REPAIR, ON));
  }

  /** The socket goes, the wire stays silent. */
  public void forget(int fd) {
    set(fd, SOL_TCP, TCP_REPAIR, ON);
    sockets.close(fd);
  }

  private static int check(String call, int answer) throws LinuxException {
    return Descriptors.check(call, answer);
  }

  private int set(int fd, int level, int option, int value) {
    number.set(JAVA_INT, 0, value);
    return Libc.setsockopt(errno, fd, level, option, number, 4);
  }
}
