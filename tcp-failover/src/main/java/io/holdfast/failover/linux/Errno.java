package io.holdfast.failover.linux;

import java.util.HashMap;
import java.util.Map;

/** Numbers of the kernel's errors (asm-generic/errno.h: the same on x86-64 and AArch64). */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int EPIPE = 32;
  public static final int ENOSYS = 38;
  public static final int ENOPROTOOPT = 92;
  public static final int EPROTONOSUPPORT = 93;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETUNREACH = 101;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int ENOTCONN = 107;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTUNREACH = 113;
  public static final int EINPROGRESS = 115;

  private record Entry(String name, String text) {}

  private static final Map<Integer, Entry> KNOWN = new HashMap<>();

  static {
    known(EPERM, "EPERM", "operation not permitted");
    known(ENOENT, "ENOENT", "no such file or object");
    known(ESRCH, "ESRCH", "no such process");
    known(EINTR, "EINTR", "interrupted");
    known(EIO, "EIO", "input/output error");
    known(EBADF, "EBADF", "bad file descriptor");
    known(EAGAIN, "EAGAIN", "not now");
    known(ENOMEM, "ENOMEM", "out of memory");
    known(EACCES, "EACCES", "permission denied");
    known(EBUSY, "EBUSY", "busy");
    known(EEXIST, "EEXIST", "exists already");
    known(EINVAL, "EINVAL", "invalid argument");
    known(ENFILE, "ENFILE", "too many open files in the system");
    known(EMFILE, "EMFILE", "too many open files");
    known(EPIPE, "EPIPE", "broken pipe");
    known(ENOSYS, "ENOSYS", "not implemented by this kernel");
    known(88, "ENOTSOCK", "not a socket");
    known(89, "EDESTADDRREQ", "destination address required");
    known(90, "EMSGSIZE", "message too long");
    known(ENOPROTOOPT, "ENOPROTOOPT", "option not available in this kernel");
    known(EPROTONOSUPPORT, "EPROTONOSUPPORT", "protocol not supported");
    known(95, "EOPNOTSUPP", "operation not supported");
    known(EAFNOSUPPORT, "EAFNOSUPPORT", "address family not supported");
    known(EADDRINUSE, "EADDRINUSE", "address in use");
    known(EADDRNOTAVAIL, "EADDRNOTAVAIL", "address not available on this machine");
    known(100, "ENETDOWN", "network is down");
    known(ENETUNREACH, "ENETUNREACH", "network unreachable");
    known(102, "ENETRESET", "connection dropped by the network");
    known(ECONNABORTED, "ECONNABORTED", "connection aborted");
    known(ECONNRESET, "ECONNRESET", "connection reset by peer");
    known(ENOBUFS, "ENOBUFS", "no buffer space");
    known(106, "EISCONN", "connected already");
    known(ENOTCONN, "ENOTCONN", "not connected");
    known(ETIMEDOUT, "ETIMEDOUT", "timed out");
    known(ECONNREFUSED, "ECONNREFUSED", "connection refused");
    known(112, "EHOSTDOWN", "host is down");
    known(EHOSTUNREACH, "EHOSTUNREACH", "no route to host");
    known(114, "EALREADY", "in progress already");
    known(EINPROGRESS, "EINPROGRESS", "in progress");
  }

  private Errno() {}

  private static void known(int errno, String name, String text) {
    KNOWN.put(errno, new Entry(name, text));
  }

  /** Its symbolic name, such as {@code EPERM}; {@code E<number>} where it has none here. */
  public static String name(int errno) {
    Entry entry = KNOWN.get(errno);
    return entry == null ? "E" + errno : entry.name();
  }

  /** A few words in lower case. */
  public static String text(int errno) {
    Entry entry = KNOWN.get(errno);
    return entry == null ? "error " + errno : entry.text();
  }

  /** Name and words, as {@code ECONNREFUSED: connection refused}. */
  public static String describe(int errno) {
    return name(errno) + ": " + text(errno);
  }
}
