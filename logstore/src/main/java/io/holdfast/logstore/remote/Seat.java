package io.holdfast.logstore.remote;

import org.jspecify.annotations.Nullable;

/**
 * Where a turn is, for those that append, read and trim there. Owned by the client's thread; only
 * {@link #stand} may be asked by others.
 */
interface Seat {
  /** Where the turn goes on; null while that is looked for, and after its end. */
  @Nullable Stand stand();

  /** Whether there may be another stand, or is one. */
  boolean going();

  /** A member said no: the turn is over, or that connection to it is. */
  void refused(Link on, Answer.Failure no);

  /**
   * An append did not meet the end of the log; nothing happens if this is not the present stand.
   */
  void astray(Stand at);

  /** The connection is at its end; nothing happens if the turn is not on it any more. */
  void over(Link on, String why);
}
