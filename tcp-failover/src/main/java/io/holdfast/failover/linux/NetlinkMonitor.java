package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Hears when the rules of nf_tables change in this network namespace, whoever changes them (our own
 * restores too). What changed is not told: look. Rules of the older iptables (the "legacy" variant)
 * change without a word, so somebody should look from time to time in any case.
 *
 * <p>Owned by one thread.
 */
public final class NetlinkMonitor implements Closeable {
  private static final int NETLINK_NETFILTER = 12;
  private static final int GROUP_NFTABLES = 7;
  private static final int BUFFER = 1 << 16;

  private final MemorySegment errno;
  private final MemorySegment buffer;
  private final int fd;

  private NetlinkMonitor(int fd) {
    Arena arena = Arena.ofAuto();
    this.fd = fd;
    errno = arena.allocate(JAVA_INT);
    buffer = arena.allocate(BUFFER, 8);
  }

  /** Listens from now on. */
  public static NetlinkMonitor open() throws LinuxException {
    return new NetlinkMonitor(NetlinkSocket.open(NETLINK_NETFILTER, GROUP_NFTABLES, 0));
  }

  /** To be watched for {@link Epoll#IN}. */
  public int fd() {
    return fd;
  }

  /** Whether something changed since the last call; does not wait. */
  public boolean drain() throws LinuxException {
    boolean changed = false;
    while (true) {
      long received = Libc.recv(errno, fd, buffer.address(), BUFFER, Libc.MSG_DONTWAIT);
      if (received == -Errno.EAGAIN) {
        return changed;
      }
      // ENOBUFS: so much changed that the kernel could not tell all of it.
      if (received < 0 && received != -Errno.ENOBUFS && received != -Errno.EINTR) {
        throw new LinuxException("receive changes of nf_tables", (int) -received);
      }
      changed |= received != -Errno.EINTR;
    }
  }

  @Override
  public void close() {
    Descriptors.close(fd);
  }
}
