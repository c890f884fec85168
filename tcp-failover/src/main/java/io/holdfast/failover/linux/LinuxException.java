package io.holdfast.failover.linux;

import java.io.IOException;

/** The kernel refused a call. The message says which, why, and where we know it, what to do. */
public class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * With a message made of both.
   *
   * @param call the system call and what it was for, such as {@code "bind 0.0.0.0 port 179"}
   * @param errno positive
   */
  public LinuxException(String call, int errno) {
    this(call, errno, call + ": " + Errno.text(errno) + " (" + Errno.name(errno) + ")");
  }

  /** With a message of its own, for the errors whose reason is known better than the errno says. */
  public LinuxException(String call, int errno, String message) {
    super(message);
    this.call = call;
    this.errno = errno;
  }

  public String call() {
    return call;
  }

  /** Positive; {@link Errno} names it. */
  public int errno() {
    return errno;
  }
}
