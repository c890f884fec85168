package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library's functions that this package calls, one static handle each, all with the kernel's
 * answer folded into one number: the result, or {@code -errno}.
 *
 * <p>The first parameter of each is a segment of at least 4 bytes where errno is left; it must not
 * be shared by threads. Pointers are {@link MemorySegment}s, except where a caller passes a part of
 * a byte buffer: there they are plain addresses, so that no slice has to be made.
 *
 * <p>Thread-safe: no state.
 */
@SuppressWarnings("restricted") // native calls: that is what this class is for
final class Libc {
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int SOCK_STREAM = 1;
  static final int SOCK_RAW = 3;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SOL_SOCKET = 1;
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_NOSIGNAL = 0x4000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKETPAIR =
      call("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle BIND = call("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LISTEN = call("listen", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle ACCEPT4 =
      call("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle CONNECT =
      call("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKNAME =
      call("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle GETPEERNAME =
      call("getpeername", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle GETSOCKOPT =
      call("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETSOCKOPT =
      call("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle READ = call("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WRITE =
      call("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle RECV =
      call("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SEND =
      call("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SENDMSG =
      call("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVMSG =
      call("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVMMSG =
      call("recvmmsg", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle SHUTDOWN = call("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle EPOLL_CREATE1 = call("epoll_create1", JAVA_INT, JAVA_INT);
  private static final MethodHandle EPOLL_CTL =
      call("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle EPOLL_WAIT =
      call("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle EVENTFD = call("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle POLL = call("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle IOCTL =
      variadic(2, "ioctl", JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle PRCTL =
      variadic(1, "prctl", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SYSCALL =
      variadic(1, "syscall", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private Libc() {}

  private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters), ERRNO);
  }

  private static MethodHandle variadic(
      int fixed, String name, MemoryLayout result, MemoryLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, parameters),
        ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  private static int answer(int result, MemorySegment errno) {
    return result >= 0 ? result : -errno.get(JAVA_INT, 0);
  }

  private static long answer(long result, MemorySegment errno) {
    return result >= 0 ? result : -errno.get(JAVA_INT, 0);
  }

  /** A handle throws only what the caller's own mistake is (a closed arena, a heap segment). */
  private static RuntimeException mistake(Throwable thrown) {
    if (thrown instanceof RuntimeException runtime) {
      return runtime;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(thrown);
  }

  static int socket(MemorySegment errno, int family, int type, int protocol) {
    try {
      return answer((int) SOCKET.invokeExact(errno, family, type, protocol), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int socketpair(
      MemorySegment errno, int family, int type, int protocol, MemorySegment pair) {
    try {
      return answer((int) SOCKETPAIR.invokeExact(errno, family, type, protocol, pair), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int bind(MemorySegment errno, int fd, MemorySegment address, int length) {
    try {
      return answer((int) BIND.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int listen(MemorySegment errno, int fd, int backlog) {
    try {
      return answer((int) LISTEN.invokeExact(errno, fd, backlog), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int accept4(
      MemorySegment errno, int fd, MemorySegment address, MemorySegment length, int flags) {
    try {
      return answer((int) ACCEPT4.invokeExact(errno, fd, address, length, flags), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int connect(MemorySegment errno, int fd, MemorySegment address, int length) {
    try {
      return answer((int) CONNECT.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int getsockname(MemorySegment errno, int fd, MemorySegment address, MemorySegment length) {
    try {
      return answer((int) GETSOCKNAME.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int getpeername(MemorySegment errno, int fd, MemorySegment address, MemorySegment length) {
    try {
      return answer((int) GETPEERNAME.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int getsockopt(
      MemorySegment errno,
      int fd,
      int level,
      int option,
      MemorySegment value,
      MemorySegment length) {
    try {
      return answer((int) GETSOCKOPT.invokeExact(errno, fd, level, option, value, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int setsockopt(
      MemorySegment errno, int fd, int level, int option, MemorySegment value, int length) {
    try {
      return answer((int) SETSOCKOPT.invokeExact(errno, fd, level, option, value, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static long read(MemorySegment errno, int fd, long into, long length) {
    try {
      return answer((long) READ.invokeExact(errno, fd, into, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static long write(MemorySegment errno, int fd, long from, long length) {
    try {
      return answer((long) WRITE.invokeExact(errno, fd, from, length), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static long recv(MemorySegment errno, int fd, long into, long length, int flags) {
    try {
      return answer((long) RECV.invokeExact(errno, fd, into, length, flags), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static long send(MemorySegment errno, int fd, long from, long length, int flags) {
    try {
      return answer((long) SEND.invokeExact(errno, fd, from, length, flags), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static long sendmsg(MemorySegment errno, int fd, MemorySegment header, int flags) {
    try {
      return answer((long) SENDMSG.invokeExact(errno, fd, header, flags), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static long recvmsg(MemorySegment errno, int fd, MemorySegment header, int flags) {
    try {
      return answer((long) RECVMSG.invokeExact(errno, fd, header, flags), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int recvmmsg(
      MemorySegment errno,
      int fd,
      MemorySegment headers,
      int count,
      int flags,
      MemorySegment timeout) {
    try {
      return answer((int) RECVMMSG.invokeExact(errno, fd, headers, count, flags, timeout), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int shutdown(MemorySegment errno, int fd, int how) {
    try {
      return answer((int) SHUTDOWN.invokeExact(errno, fd, how), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int close(MemorySegment errno, int fd) {
    try {
      return answer((int) CLOSE.invokeExact(errno, fd), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int epollCreate1(MemorySegment errno, int flags) {
    try {
      return answer((int) EPOLL_CREATE1.invokeExact(errno, flags), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int epollCtl(MemorySegment errno, int epoll, int operation, int fd, MemorySegment event) {
    try {
      return answer((int) EPOLL_CTL.invokeExact(errno, epoll, operation, fd, event), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int epollWait(
      MemorySegment errno, int epoll, MemorySegment events, int count, int timeoutMillis) {
    try {
      return answer(
          (int) EPOLL_WAIT.invokeExact(errno, epoll, events, count, timeoutMillis), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int eventfd(MemorySegment errno, int value, int flags) {
    try {
      return answer((int) EVENTFD.invokeExact(errno, value, flags), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int poll(MemorySegment errno, MemorySegment descriptors, long count, int timeoutMillis) {
    try {
      return answer((int) POLL.invokeExact(errno, descriptors, count, timeoutMillis), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int ioctl(MemorySegment errno, int fd, long request, MemorySegment argument) {
    try {
      return answer((int) IOCTL.invokeExact(errno, fd, request, argument), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static int prctl(MemorySegment errno, int option, long a, long b, long c, long d) {
    try {
      return answer((int) PRCTL.invokeExact(errno, option, a, b, c, d), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }

  static long syscall(MemorySegment errno, long number, long a, long b, long c, long d) {
    try {
      return answer((long) SYSCALL.invokeExact(errno, number, a, b, c, d), errno);
    } catch (Throwable thrown) {
      throw mistake(thrown);
    }
  }
}
