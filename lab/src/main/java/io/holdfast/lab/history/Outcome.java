package io.holdfast.lab.history;

/** What a client was told of an append. */
public enum Outcome {
  /** It is committed. */
  ACKNOWLEDGED,
  /** It was not taken and will never be. */
  REFUSED,
  /** An error, a time-out, or nothing at all: it may have been committed or not. */
  INDETERMINATE
}
