package io.holdfast.logstore.rpc;

/** A hello that is not accepted; the message is one line and is also told to the peer. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  public RefusedException(String message) {
    super(message);
  }
}
