package io.holdfast.logstore.remote;

import java.time.Duration;

/**
 * One time that a turn goes on at a server, from the grant until that is lost. What is answered to
 * an earlier one says nothing about a later one, though it may be on the same connection.
 *
 * @param number in the turn, from 1
 * @param epoch of the turn
 * @param since {@link System#nanoTime} of the grant
 * @param committed position that was known to be committed before it
 */
record Stand(int number, long epoch, Link link, Dialer.Wire wire, long since, long committed) {
  /** So long a stand is no failure of the server that granted it, though nothing was committed. */
  static final Duration LONG = Search.LONGEST_PAUSE;

  /**
   * Whether it was of use.
   *
   * @param reached position that is committed by now
   * @param now as {@link #since}
   */
  boolean fruitful(long reached, long now) {
    return reached > committed || now - since >= LONG.toNanos();
  }
}
