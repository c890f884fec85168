package io.holdfast.logstore.control;

/** The answer to a question is no. The message is one line for the person who asked. */
public final class ControlException extends Exception {

  private static final long serialVersionUID = 1L;

  /** An answer with this reason. */
  public ControlException(String message) {
    super(message, null, false, false);
  }
}
