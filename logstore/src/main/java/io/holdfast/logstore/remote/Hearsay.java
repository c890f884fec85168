package io.holdfast.logstore.remote;

import java.time.Duration;

/**
 * How often an owner goes where others send it: servers that contradict one another, be it by
 * mistake or by malice, must not keep it busy. Beyond this it finds out for itself, as without
 * them. Owned by the client's thread.
 */
final class Hearsay {
  static final int MOST = 10;
  static final Duration PERIOD = Duration.ofSeconds(10);

  private long since;
  private int count;

  /**
   * Whether it is believed once more.
   *
   * @param now nanoseconds
   */
  boolean admit(long now) {
    if (count == 0 || now - since > PERIOD.toNanos()) {
      since = now;
      count = 0;
    }
    return count++ < MOST;
  }
}
