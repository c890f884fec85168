package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;

/** Settings of the calling thread or process (prctl(2)). Thread-safe: no state. */
public final class Prctl {
  private static final int SET_PDEATHSIG = 1;
  private static final int SET_DUMPABLE = 4;
  private static final int SET_TIMERSLACK = 29;

  private Prctl() {}

  /**
   * How much later than asked the calling thread may be woken; the system's default of 50
   * microseconds is a fifth of what the gate may cost.
   *
   * @param nanos 1 or more
   */
  public static void timerSlack(long nanos) throws LinuxException {
    prctl("timer slack", SET_TIMERSLACK, nanos);
  }

  /**
   * The signal that this process gets when the <em>thread</em> that started it ends.
   *
   * @param signal its number, 0 for none
   */
  public static void parentDeathSignal(int signal) throws LinuxException {
    prctl("parent death signal", SET_PDEATHSIG, signal);
  }

  /** Keeps the process's memory out of core dumps and from other processes of the same user. */
  public static void notDumpable() throws LinuxException {
    prctl("not dumpable", SET_DUMPABLE, 0);
  }

  private static void prctl(String call, int option, long value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      Descriptors.check(call, Libc.prctl(arena.allocate(JAVA_INT), option, value, 0, 0, 0));
    }
  }
}
