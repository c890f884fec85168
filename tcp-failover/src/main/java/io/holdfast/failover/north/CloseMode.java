package io.holdfast.failover.north;

/** How the speaker wants a connection closed. The ordinal is the code in the frame. */
public enum CloseMode {
  /** What was sent before goes out first, then a FIN (RFC 9293 section 3.6). */
  ORDERLY,
  /** A RST at once. */
  ABORT
}
