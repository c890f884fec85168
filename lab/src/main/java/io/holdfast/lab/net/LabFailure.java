package io.holdfast.lab.net;

/**
 * The lab could not do what it was asked to: a tool is missing, a command failed, a wait was too
 * long. The message is one line for a person.
 */
public final class LabFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure with its reason. */
  public LabFailure(String message) {
    super(message);
  }

  /** A failure with its reason and its cause. */
  public LabFailure(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
