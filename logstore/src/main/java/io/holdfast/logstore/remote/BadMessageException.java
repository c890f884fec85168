package io.holdfast.logstore.remote;

import java.io.IOException;

/** A message that no peer of ours sends. */
final class BadMessageException extends IOException {
  private static final long serialVersionUID = 1;

  /** What is wrong with it. */
  enum Fault {
    /** It ends too early. */
    TRUNCATED,
    /** Something stands behind its end, or it is longer than any of its type. */
    TOO_LONG,
    /** A field has a value that is not allowed. */
    VALUE,
    /** A type, question or code that this build does not know. */
    UNKNOWN,
    /** What should be whole, intact records is not. */
    RECORDS
  }

  private final Fault fault;

  BadMessageException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}
