package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's TCP sockets. Owned by one thread; {@link #accept}, {@link #read}, {@link #write} and
 * the other calls that answer with a number allocate nothing.
 */
public final class TcpSockets implements Sockets {
  private static final int SOL_TCP = 6;
  private static final int SOL_IP = 0;
  private static final int SOL_IPV6 = 41;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_ERROR = 4;
  private static final int SO_LINGER = 13;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_DOMAIN = 39;
  private static final int TCP_NODELAY = 1;
  private static final int TCP_INFO = 11;
  private static final int TCP_CONGESTION = 13;
  private static final int TCP_USER_TIMEOUT = 18;
  private static final int TCP_RTO_MAX_MS = 44;
  private static final int IP_TTL = 2;
  private static final int IPV6_UNICAST_HOPS = 16;
  private static final int IPV6_V6ONLY = 26;
  private static final int SIOCOUTQ = 0x5411;
  private static final int SHUT_WR = 1;
  private static final int KIND = Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;
  private static final int TCP_INFO_LENGTH = 256;

  /** What 15 retransmissions take with the kernel's defaults (tcp_retries2 in ip-sysctl). */
  private static final int UNANSWERED_MILLIS = 924_600;

  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1);

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment errno = arena.allocate(JAVA_INT);
  private final MemorySegment number = arena.allocate(8, 8);
  private final MemorySegment length = arena.allocate(JAVA_INT);
  private final MemorySegment address = arena.allocate(SocketAddress.LENGTH, 8);
  private final MemorySegment acceptedPeer = arena.allocate(SocketAddress.LENGTH, 8);
  private final MemorySegment info = arena.allocate(TCP_INFO_LENGTH, 8);

  // The address of the buffer that was used last: to ask for it costs an object.
  private ByteBuffer lastBuffer = NOTHING;
  private long lastAddress;

  @Override
  public int listen(InetAddress at, int port, int backlog) throws LinuxException {
    String call = "listen on " + at.getHostAddress() + " port " + port;
    int fd = socket(at, call);
    try {
      Descriptors.check(call, set(fd, Libc.SOL_SOCKET, SO_REUSEADDR, 1));
      prepare(fd, call);
      int bytes = SocketAddress.write(address, at, port);
      int bound = Libc.bind(errno, fd, address, bytes);
      if (bound == -Errno.EACCES) {
        throw new LinuxException(
            call,
            Errno.EACCES,
            call
                + ": ports below 1024 need CAP_NET_BIND_SERVICE: start failoverd as root or give"
                + " it the capability");
      }
      Descriptors.check(call, bound);
      Descriptors.check(call, Libc.listen(errno, fd, backlog));
      return fd;
    } catch (LinuxException refused) {
      close(fd);
      throw refused;
    }
  }

  @Override
  public int accept(int listener) {
    length.set(JAVA_INT, 0, SocketAddress.LENGTH);
    return Libc.accept4(
        errno, listener, acceptedPeer, length, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
  }

  @Override
  public InetSocketAddress acceptedPeer() {
    return SocketAddress.read(acceptedPeer);
  }

  @Override
  public int connect(@Nullable InetAddress local, InetSocketAddress remote, int ttl)
      throws LinuxException {
    InetAddress peer = remote.getAddress();
    String call = "connect to " + peer.getHostAddress() + " port " + remote.getPort();
    int fd = socket(peer, call);
    try {
      prepare(fd, call);
      if (ttl > 0) {
        Descriptors.check(call, timeToLive(fd, ttl));
      }
      if (local != null && !local.isAnyLocalAddress()) {
        String from = call + " from " + local.getHostAddress();
        int bytes = SocketAddress.write(address, local, 0);
        Descriptors.check(from, Libc.bind(errno, fd, address, bytes));
      }
      int bytes = SocketAddress.write(address, peer, remote.getPort());
      int answer = Libc.connect(errno, fd, address, bytes);
      if (answer != -Errno.EINPROGRESS) {
        Descriptors.check(call, answer);
      }
      return fd;
    } catch (LinuxException refused) {
      close(fd);
      throw refused;
    }
  }

  /** A socket of the address's family, neither bound nor connected. */
  int unconnected(InetAddress of, String call) throws LinuxException {
    return socket(of, call);
  }

  private int socket(InetAddress of, String call) throws LinuxException {
    int family = of instanceof Inet6Address ? Libc.AF_INET6 : Libc.AF_INET;
    int fd = Descriptors.check(call, Libc.socket(errno, family, KIND, 0));
    if (family == Libc.AF_INET6) {
      set(fd, SOL_IPV6, IPV6_V6ONLY, 1);
    }
    return fd;
  }

  /** What every protected socket has; an accepted one inherits it from its listener. */
  void prepare(int fd, String call) throws LinuxException {
    Descriptors.check(call, linger(fd, 0));
    Descriptors.check(call, set(fd, SOL_TCP, TCP_NODELAY, 1));
    congestionControl(fd, "cubic");
    retransmissionTimeoutMax(fd, 1000);
  }

  @Override
  public int soError(int fd) {
    int answer = get(fd, Libc.SOL_SOCKET, SO_ERROR);
    return Math.abs(answer);
  }

  @Override
  public InetSocketAddress localAddress(int fd) throws LinuxException {
    length.set(JAVA_INT, 0, SocketAddress.LENGTH);
    Descriptors.check("getsockname", Libc.getsockname(errno, fd, address, length));
    return SocketAddress.read(address);
  }

  @Override
  public InetSocketAddress peerAddress(int fd) throws LinuxException {
    length.set(JAVA_INT, 0, SocketAddress.LENGTH);
    Descriptors.check("getpeername", Libc.getpeername(errno, fd, address, length));
    return SocketAddress.read(address);
  }

  @Override
  public int read(int fd, ByteBuffer into, int from, int bytes) {
    long start = addressOf(into, from, bytes);
    try {
      return (int) Libc.recv(errno, fd, start, bytes, Libc.MSG_DONTWAIT);
    } finally {
      Reference.reachabilityFence(into);
    }
  }

  @Override
  public int write(int fd, ByteBuffer source, int from, int bytes) {
    long start = addressOf(source, from, bytes);
    int flags = Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL;
    try {
      return (int) Libc.send(errno, fd, start, bytes, flags);
    } finally {
      Reference.reachabilityFence(source);
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same memory, not the same content
  private long addressOf(ByteBuffer buffer, int from, int bytes) {
    if (from < 0 || bytes < 0 || bytes > buffer.capacity() - from) {
      throw new IndexOutOfBoundsException(from + " + " + bytes + " of " + buffer.capacity());
    }
    if (buffer != lastBuffer) {
      if (!buffer.isDirect()) {
        throw new IllegalArgumentException("a direct buffer is needed");
      }
      lastAddress = MemorySegment.ofBuffer(buffer).address() - buffer.position();
      lastBuffer = buffer;
    }
    return lastAddress + from;
  }

  @Override
  public int shutdownWrite(int fd) {
    return Libc.shutdown(errno, fd, SHUT_WR);
  }

  @Override
  public int close(int fd) {
    return Libc.close(errno, fd);
  }

  @Override
  public int closeReset(int fd) {
    linger(fd, 0);
    return close(fd);
  }

  @Override
  public int closeOrderly(int fd) {
    linger(fd, -1);
    return close(fd);
  }

  @Override
  public int unsentBytes(int fd) {
    int answer = Libc.ioctl(errno, fd, SIOCOUTQ, number);
    return answer < 0 ? answer : number.get(JAVA_INT, 0);
  }

  /**
   * What {@link #close} does: 0 resets at once (the state in which protected sockets live), −1
   * leaves the rest to the kernel, without waiting.
   *
   * @return 0 or {@code -errno}
   */
  public int linger(int fd, int seconds) {
    number.set(JAVA_INT, 0, seconds < 0 ? 0 : 1);
    number.set(JAVA_INT, 4, Math.max(seconds, 0));
    return Libc.setsockopt(errno, fd, Libc.SOL_SOCKET, SO_LINGER, number, 8);
  }

  @Override
  public int timeToLive(int fd, int ttl) {
    return get(fd, Libc.SOL_SOCKET, SO_DOMAIN) == Libc.AF_INET6
        ? set(fd, SOL_IPV6, IPV6_UNICAST_HOPS, ttl)
        : set(fd, SOL_IP, IP_TTL, ttl);
  }

  /**
   * Chooses the congestion control. Cubic and Reno bear that their segments are held for a
   * millisecond, BBR does not. A kernel without the named one keeps its default.
   *
   * @return 0 or {@code -errno}
   */
  public int congestionControl(int fd, String name) {
    try (Arena once = Arena.ofConfined()) {
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      MemorySegment value = once.allocateFrom(name);
      return Libc.setsockopt(errno, fd, SOL_TCP, TCP_CONGESTION, value, bytes.length);
    }
  }

  /**
   * Bounds our retransmission timer, which a segment that is held long would else push up to two
   * minutes (Linux 6.15; older kernels answer ENOPROTOOPT, and nothing changes). The kernel counts
   * retransmissions, so this alone would end a connection that nobody answers after some 15 s in
   * place of 15 minutes: the time is given as well (TCP_USER_TIMEOUT, RFC 5482).
   *
   * @param millis 1,000 to 120,000
   * @return 0 or {@code -errno}
   */
  public int retransmissionTimeoutMax(int fd, int millis) {
    int answer = set(fd, SOL_TCP, TCP_RTO_MAX_MS, millis);
    return answer < 0 ? answer : set(fd, SOL_TCP, TCP_USER_TIMEOUT, UNANSWERED_MILLIS);
  }

  /**
   * Sizes of the kernel's buffers, beyond the system's limits (CAP_NET_ADMIN). To set one switches
   * the kernel's own tuning off.
   *
   * @param send bytes, or 0 to leave it
   * @param receive bytes, or 0 to leave it
   * @return 0 or {@code -errno}
   */
  public int buffers(int fd, int send, int receive) {
    int sent = send == 0 ? 0 : set(fd, Libc.SOL_SOCKET, SO_SNDBUFFORCE, send);
    int received = receive == 0 ? 0 : set(fd, Libc.SOL_SOCKET, SO_RCVBUFFORCE, receive);
    return Math.min(sent, received);
  }

  private int set(int fd, int level, int option, int value) {
    number.set(JAVA_INT, 0, value);
    return Libc.setsockopt(errno, fd, level, option, number, 4);
  }

  private int get(int fd, int level, int option) {
    length.set(JAVA_INT, 0, 4);
    int answer = Libc.getsockopt(errno, fd, level, option, number, length);
    return answer < 0 ? answer : number.get(JAVA_INT, 0);
  }

  @Override
  public TcpInfo info(int fd) throws LinuxException {
    info.fill((byte) 0);
    length.set(JAVA_INT, 0, TCP_INFO_LENGTH);
    Descriptors.check("TCP_INFO", Libc.getsockopt(errno, fd, SOL_TCP, TCP_INFO, info, length));
    int scales = octet(6);
    return new TcpInfo(
        octet(0), // tcpi_state
        octet(5), // tcpi_options
        scales & 15,
        scales >> 4,
        info.get(JAVA_INT, 16), // tcpi_snd_mss
        info.get(JAVA_INT, 20), // tcpi_rcv_mss
        info.get(JAVA_INT, 84), // tcpi_advmss
        info.get(JAVA_INT, 24), // tcpi_unacked
        octet(2), // tcpi_retransmits
        octet(4), // tcpi_backoff
        info.get(JAVA_INT, 8), // tcpi_rto
        info.get(JAVA_INT, 68), // tcpi_rtt
        info.get(JAVA_INT, 72), // tcpi_rttvar
        info.get(JAVA_INT, 80), // tcpi_snd_cwnd
        info.get(JAVA_INT, 100), // tcpi_total_retrans
        info.get(JAVA_LONG_UNALIGNED, 120), // tcpi_bytes_acked
        info.get(JAVA_LONG_UNALIGNED, 128), // tcpi_bytes_received
        info.get(JAVA_INT, 144), // tcpi_notsent_bytes
        info.get(JAVA_INT, 228), // tcpi_snd_wnd
        info.get(JAVA_INT, 232)); // tcpi_rcv_wnd
  }

  private int octet(long at) {
    return info.get(JAVA_BYTE, at) & 0xff;
  }
}
