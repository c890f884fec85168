package io.holdfast.failover.packet;

/**
 * 32-bit sequence arithmetic (RFC 1982, RFC 9293 section 3.4): numbers that wrap around, where
 * "less" means less than half the circle ahead. Thread-safe: no state.
 */
public final class SerialNumbers {
  private SerialNumbers() {}

  /** How far {@code b} is ahead of {@code a}: −2^31 to 2^31 − 1. */
  public static int difference(int a, int b) {
    return b - a;
  }

  /** Whether {@code a} comes before {@code b}. */
  public static boolean less(int a, int b) {
    return a - b < 0;
  }

  /** Whether {@code a} comes before {@code b} or is it. */
  public static boolean lessOrEqual(int a, int b) {
    return a - b <= 0;
  }

  /** The later of two. */
  public static int max(int a, int b) {
    return less(a, b) ? b : a;
  }

  /**
   * The 64-bit offset that a 32-bit number stands for: the one nearest to {@code near} that has it
   * in its lower half. It may be negative where {@code near} is small and the number lies before
   * it.
   *
   * @param number offset modulo 2^32 (a sequence number minus the stream's first one)
   * @param near an offset less than 2^31 away from it
   */
  public static long unwrap(int number, long near) {
    return near + (number - (int) near);
  }

  /**
   * The stream offset of a sequence number: 0 is the first byte after the SYN.
   *
   * @param initial the sequence number of the SYN
   * @param near a stream offset less than 2^31 away
   */
  public static long offset(int sequence, int initial, long near) {
    return unwrap(sequence - initial - 1, near);
  }

  /** The sequence number of a stream offset. */
  public static int sequence(long offset, int initial) {
    return (int) offset + initial + 1;
  }
}
