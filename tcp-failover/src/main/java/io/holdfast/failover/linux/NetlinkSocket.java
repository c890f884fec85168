package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Opens netlink sockets and asks questions on them (netlink(7)). Thread-safe: no state. */
final class NetlinkSocket {
  static final int REQUEST = 1;
  private static final int ACK = 4;

  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_ADD_MEMBERSHIP = 1;
  private static final int NETLINK_NO_ENOBUFS = 5;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SOCKADDR_LENGTH = 12;
  private static final int HEADER = 20; // nlmsghdr and nfgenmsg
  private static final int POLLIN = 1;
  private static final int PATIENCE_MILLIS = 2000;

  private NetlinkSocket() {}

  /**
   * @param group to be told of, or 0
   * @param bufferBytes of the socket's buffers, or 0 to leave them
   */
  static int open(int protocol, int group, int bufferBytes) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      int kind = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;
      int fd =
          Descriptors.check("netlink socket", Libc.socket(errno, Libc.AF_NETLINK, kind, protocol));
      MemorySegment any = arena.allocate(SOCKADDR_LENGTH, 4);
      any.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
      int bound = Libc.bind(errno, fd, any, SOCKADDR_LENGTH);
      int joined =
          group == 0 ? 0 : Descriptors.option(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
      if (bound < 0 || joined < 0) {
        Libc.close(errno, fd);
        throw new LinuxException("netlink socket", -Math.min(bound, joined));
      }
      if (bufferBytes > 0) {
        // Without these a burst ends in ENOBUFS. Not being allowed to is found out by what follows.
        Descriptors.option(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
        Descriptors.option(fd, Libc.SOL_SOCKET, SO_RCVBUFFORCE, bufferBytes);
        Descriptors.option(fd, Libc.SOL_SOCKET, SO_SNDBUFFORCE, bufferBytes);
      }
      return fd;
    }
  }

  /** Appends an attribute, padded to 4 bytes. */
  static void attribute(ByteBuffer into, int type, byte[] value) {
    into.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    while (into.position() % 4 != 0) {
      into.put((byte) 0);
    }
  }

  /**
   * Sends a netfilter request and waits for the kernel's answer.
   *
   * @param attributes in the machine's byte order
   * @return 0 or {@code -errno}
   */
  static int request(int fd, int type, int resource, ByteBuffer attributes) throws LinuxException {
    int length = HEADER + attributes.remaining();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      MemorySegment memory = arena.allocate(4096, 8);
      ByteBuffer message = memory.asByteBuffer().order(ByteOrder.nativeOrder());
      message.putInt(length).putShort((short) type).putShort((short) (REQUEST | ACK));
      message.putInt(1).putInt(0);
      message.put((byte) 0).put((byte) 0);
      message.put((byte) (resource >> 8)).put((byte) resource).put(attributes);
      long sent = Libc.send(errno, fd, memory.address(), length, Libc.MSG_NOSIGNAL);
      return sent < 0 ? (int) sent : answer(fd, errno, memory, arena);
    }
  }

  private static int answer(int fd, MemorySegment errno, MemorySegment memory, Arena arena)
      throws LinuxException {
    MemorySegment poll = arena.allocate(8, 4);
    NetlinkReader reader = new NetlinkReader();
    ByteBuffer view = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    while (true) {
      poll.set(JAVA_INT, 0, fd);
      poll.set(JAVA_SHORT, 4, (short) POLLIN);
      if (Libc.poll(errno, poll, 1, PATIENCE_MILLIS) == 0) {
        throw new LinuxException("netlink answer", Errno.ETIMEDOUT);
      }
      int received =
          (int) Libc.recv(errno, fd, memory.address(), memory.byteSize(), Libc.MSG_DONTWAIT);
      if (received < 0 && received != -Errno.EAGAIN && received != -Errno.EINTR) {
        return received;
      }
      reader.wrap(view, 0, Math.max(received, 0));
      while (reader.next()) {
        if (reader.type() == NetlinkReader.ERROR) {
          return -reader.error();
        }
      }
    }
  }
}
