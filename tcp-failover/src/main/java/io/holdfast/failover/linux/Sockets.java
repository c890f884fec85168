package io.holdfast.failover.linux;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * TCP sockets as descriptors. {@link TcpSockets} is the kernel's; tests of failoverd's logic have
 * one of their own. Owned by one thread.
 *
 * <p>Methods that return {@code int} and throw nothing answer {@code -errno} when the kernel
 * refuses (see {@link Errno}); {@code -Errno.EAGAIN} means "not now".
 */
public interface Sockets {
  /**
   * A listening socket with SO_REUSEADDR, TCP_NODELAY and SO_LINGER {1, 0}, which accepted sockets
   * inherit: the socket of a dead owner is gone at once, and its RST is eaten by the rules. An IPv6
   * address listens for IPv6 only.
   *
   * @param address to listen on; 0.0.0.0 or :: for all of the family
   * @param port 1 to 65535, or 0 for any free one
   */
  int listen(InetAddress address, int port, int backlog) throws LinuxException;

  /** The next connection's descriptor, or {@code -errno}. */
  int accept(int listener);

  /**
   * Who the socket that {@link #accept} gave last is connected with; known also where it has been
   * reset since, and {@link #peerAddress} is not.
   */
  InetSocketAddress acceptedPeer();

  /**
   * Starts to connect; the descriptor becomes writable when it is decided, then {@link #soError}
   * tells. The socket has what {@link #listen} gives to accepted ones.
   *
   * @param local the source address, or null for the kernel's choice
   * @param ttl the IP time to live or hop limit, 1 to 255, or 0 for the system's default
   */
  int connect(@Nullable InetAddress local, InetSocketAddress remote, int ttl) throws LinuxException;

  /** The error that waits on the socket (0: none), which this clears. A positive errno. */
  int soError(int fd);

  InetSocketAddress localAddress(int fd) throws LinuxException;

  InetSocketAddress peerAddress(int fd) throws LinuxException;

  /**
   * Reads what is there.
   *
   * @param into direct; its position and limit are neither used nor moved
   * @param from index of the first byte
   * @param length at most so many bytes, 1 or more
   * @return bytes read, 0 when the peer has closed its direction, or {@code -errno}
   */
  int read(int fd, ByteBuffer into, int from, int length);

  /**
   * Writes what fits.
   *
   * @param source direct; its position and limit are neither used nor moved
   * @return bytes taken by the kernel (may be fewer than {@code length}), or {@code -errno}
   */
  int write(int fd, ByteBuffer source, int from, int length);

  /** Ends our direction with a FIN, after what is still unsent. 0 or {@code -errno}. */
  int shutdownWrite(int fd);

  /**
   * Closes as the linger setting says, which by default means RST. 0 or {@code -errno}; the
   * descriptor is gone in any case.
   */
  int close(int fd);

  /** Closes with RST, whatever the linger setting was; what is unsent is forgotten. */
  int closeReset(int fd);

  /**
   * Closes in the ordinary way: the kernel goes on sending what it has, then FIN, and keeps the
   * connection until it is over.
   */
  int closeOrderly(int fd);

  /** Bytes in the send queue that the peer has not acknowledged (SIOCOUTQ), or {@code -errno}. */
  int unsentBytes(int fd);

  /** Sets the IP time to live or hop limit. 0 or {@code -errno}. */
  int timeToLive(int fd, int ttl);

  /** What the kernel's TCP knows about the connection. */
  TcpInfo info(int fd) throws LinuxException;
}
