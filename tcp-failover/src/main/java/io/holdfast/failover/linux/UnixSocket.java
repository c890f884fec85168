package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What Unix domain sockets can beside carrying bytes (unix(7)): give descriptors to another
 * process, and tell who is at the other end. Works on descriptors, whoever made them. Thread-safe:
 * no state.
 *
 * <pre>
 *   struct msghdr, 56 bytes: name 8, namelen 4, -, iov 8, iovlen 8, control 8, controllen 8, flags 4, -
 *   struct cmsghdr, 16 bytes: length 8, level 4, type 4; data; padding to 8
 * </pre>
 */
public final class UnixSocket {
  private static final int SCM_RIGHTS = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SO_PEERGROUPS = 59;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int MSG_CTRUNC = 8;

  private static final int HEADER = 56;
  private static final int CONTROL_HEADER = 16;
  private static final int MOST_DESCRIPTORS = 16;
  private static final int MOST_GROUPS = 65536;

  private UnixSocket() {}

  /**
   * Who is at the other end, as of its connect (or listen); the kernel vouches for it.
   *
   * @param pid in our own pid namespace, 0 if not there
   * @param uid effective
   * @param gid effective
   */
  public record Credentials(int pid, int uid, int gid) {}

  /**
   * What came with a message.
   *
   * @param bytes none when the peer has closed
   * @param descriptors ours to close
   */
  public record Received(ByteBuffer bytes, List<Integer> descriptors) {}

  /** Two stream sockets that are connected with each other. */
  public static int[] pair() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(JAVA_INT, 2);
      int kind = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;
      MemorySegment errno = arena.allocate(JAVA_INT);
      Descriptors.check("socketpair", Libc.socketpair(errno, Libc.AF_UNIX, kind, 0, pair));
      return pair.toArray(JAVA_INT);
    }
  }

  /**
   * Sends bytes and descriptors in one message. The receiver's descriptors are its own: ours stay
   * open.
   *
   * @param bytes 1 or more, few enough to go in one piece
   * @param descriptors 1 to 16
   */
  public static void send(int socket, byte[] bytes, int... descriptors) throws LinuxException {
    if (bytes.length == 0 || descriptors.length == 0 || descriptors.length > MOST_DESCRIPTORS) {
      throw new IllegalArgumentException(bytes.length + " bytes, " + descriptors.length + " fds");
    }
    try (Arena arena = Arena.ofConfined()) {
      int length = CONTROL_HEADER + 4 * descriptors.length;
      MemorySegment control = arena.allocate((length + 7) & ~7, 8);
      control.set(JAVA_LONG, 0, length);
      control.set(JAVA_INT, 8, Libc.SOL_SOCKET);
      control.set(JAVA_INT, 12, SCM_RIGHTS);
      MemorySegment.copy(descriptors, 0, control, JAVA_INT, CONTROL_HEADER, descriptors.length);
      MemorySegment header = header(arena, arena.allocateFrom(JAVA_BYTE, bytes), control);
      MemorySegment errno = arena.allocate(JAVA_INT);
      int sent = (int) Libc.sendmsg(errno, socket, header, Libc.MSG_NOSIGNAL);
      if (Descriptors.check("send descriptors", sent) != bytes.length) {
        throw new LinuxException("send descriptors", Errno.ENOBUFS);
      }
    }
  }

  /**
   * Receives one message, without waiting: EAGAIN if there is none.
   *
   * @param most bytes of it
   */
  public static Received receive(int socket, int most) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(most);
      MemorySegment control = arena.allocate(CONTROL_HEADER + 4 * MOST_DESCRIPTORS, 8);
      MemorySegment header = header(arena, data, control);
      int flags = MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT;
      int bytes = (int) Libc.recvmsg(arena.allocate(JAVA_INT), socket, header, flags);
      Descriptors.check("receive descriptors", bytes);
      int[] descriptors = descriptors(control, header.get(JAVA_LONG, 40));
      if ((header.get(JAVA_INT, 48) & MSG_CTRUNC) != 0) {
        Arrays.stream(descriptors).forEach(Descriptors::close);
        throw new LinuxException("receive descriptors", Errno.EMFILE);
      }
      byte[] copy = data.asSlice(0, bytes).toArray(JAVA_BYTE);
      return new Received(ByteBuffer.wrap(copy), Arrays.stream(descriptors).boxed().toList());
    }
  }

  private static int[] descriptors(MemorySegment control, long received) {
    if (received < CONTROL_HEADER
        || control.get(JAVA_INT, 8) != Libc.SOL_SOCKET
        || control.get(JAVA_INT, 12) != SCM_RIGHTS) {
      return new int[0];
    }
    long length = control.get(JAVA_LONG, 0) - CONTROL_HEADER;
    return control.asSlice(CONTROL_HEADER, length / 4 * 4).toArray(JAVA_INT);
  }

  private static MemorySegment header(Arena arena, MemorySegment data, MemorySegment control) {
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ADDRESS, 0, data);
    vector.set(JAVA_LONG, 8, data.byteSize());
    MemorySegment header = arena.allocate(HEADER, 8);
    header.set(ADDRESS, 16, vector);
    header.set(JAVA_LONG, 24, 1);
    header.set(ADDRESS, 32, control);
    header.set(JAVA_LONG, 40, control.byteSize());
    return header;
  }

  /** Who is at the other end. */
  public static Credentials peer(int socket) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT, 3);
      MemorySegment length = arena.allocateFrom(JAVA_INT, 12);
      MemorySegment errno = arena.allocate(JAVA_INT);
      Descriptors.check(
          "SO_PEERCRED",
          Libc.getsockopt(errno, socket, Libc.SOL_SOCKET, SO_PEERCRED, value, length));
      return new Credentials(
          value.getAtIndex(JAVA_INT, 0),
          value.getAtIndex(JAVA_INT, 1),
          value.getAtIndex(JAVA_INT, 2));
    }
  }

  /** The supplementary groups of who is at the other end (Linux 4.13). */
  public static int[] peerGroups(int socket) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT, MOST_GROUPS);
      MemorySegment length = arena.allocateFrom(JAVA_INT, 4 * MOST_GROUPS);
      MemorySegment errno = arena.allocate(JAVA_INT);
      Descriptors.check(
          "SO_PEERGROUPS",
          Libc.getsockopt(errno, socket, Libc.SOL_SOCKET, SO_PEERGROUPS, value, length));
      return value.asSlice(0, length.get(JAVA_INT, 0)).toArray(JAVA_INT);
    }
  }
}
