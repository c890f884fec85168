package io.holdfast.logstore.remote;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What was submitted and has no answer yet, within bounds; and whether somebody was sent away for
 * want of room. One thread enters, another lands.
 */
final class InFlight {
  /** Bytes that may be under way; a single batch may be longer. */
  static final long MOST_BYTES = 8L << 20;

  /** Batches that may be under way. */
  static final int MOST_BATCHES = 1_024;

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger batches = new AtomicInteger();
  private volatile boolean refused;

  /** Takes a batch of this length, or notes that it did not. */
  boolean enter(int length) {
    if (!hasRoom(length)) {
      refused = true;
      if (!hasRoom(length)) { // what was under way may have landed before it saw the flag
        return false;
      }
    }
    bytes.addAndGet(length);
    batches.incrementAndGet();
    return true;
  }

  private boolean hasRoom(int length) {
    long waiting = bytes.get();
    return waiting == 0 || (waiting + length <= MOST_BYTES && batches.get() < MOST_BATCHES);
  }

  void landed(int length) {
    bytes.addAndGet(-length);
    batches.decrementAndGet();
  }

  /** Whether somebody was sent away and half of the room is free now; says so once. */
  boolean takesAgain() {
    if (refused && bytes.get() <= MOST_BYTES / 2 && batches.get() <= MOST_BATCHES / 2) {
      refused = false;
      return true;
    }
    return false;
  }

  /** Everybody will be told anyway. */
  void forgetRefused() {
    refused = false;
  }
}
