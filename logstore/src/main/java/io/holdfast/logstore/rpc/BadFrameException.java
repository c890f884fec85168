package io.holdfast.logstore.rpc;

/** Bytes that no frame of ours has: the connection ends. */
final class BadFrameException extends Exception {
  private static final long serialVersionUID = 1;

  private final Refusal refusal;

  BadFrameException(Refusal refusal, String found) {
    super(found, null, false, false); // a stranger's bytes shall not cost a stack trace
    this.refusal = refusal;
  }

  Refusal refusal() {
    return refusal;
  }
}
