package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What is common to all descriptors: the check of an answer, options, closing. Thread-safe. */
final class Descriptors {
  private Descriptors() {}

  /** The answer, unless it is an error. */
  static int check(String call, int answer) throws LinuxException {
    if (answer < 0) {
      throw new LinuxException(call, -answer);
    }
    return answer;
  }

  static int option(int fd, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return Libc.setsockopt(
          arena.allocate(JAVA_INT), fd, level, option, arena.allocateFrom(JAVA_INT, value), 4);
    }
  }

  /** An option's value, or {@code -errno}; only for options whose value is never negative. */
  static int option(int fd, int level, int option) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      int answer =
          Libc.getsockopt(
              arena.allocate(JAVA_INT), fd, level, option, value, arena.allocateFrom(JAVA_INT, 4));
      return answer < 0 ? answer : value.get(JAVA_INT, 0);
    }
  }

  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.close(arena.allocate(JAVA_INT), fd);
    }
  }
}
