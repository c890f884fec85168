package io.holdfast.lab.history;

/** What has to hold. */
public enum Rule {
  /** Every acknowledged append is in the log, exactly at its position, with its bytes. */
  ACKNOWLEDGED_IS_THERE,
  /** Nothing appears twice. */
  ONCE,
  /** Positions have no gap and no overlap, and each client's batches stand in its own order. */
  ORDER,
  /** An indeterminate append is there as it was submitted, or absent; a refused one is absent. */
  ALL_OR_NOTHING,
  /**
   * Nothing of an earlier epoch stands behind the first batch of a later one, nor of an earlier
   * term; an epoch has one owner.
   */
  FENCED,
  /** What was acknowledged before another append was invoked stands before that one. */
  REAL_TIME,
  /** What was read as committed is what the log holds there, for ever. */
  READ_IS_FINAL,
  /** Nothing is in the log that nobody appended. */
  NOTHING_INVENTED
}
