package io.holdfast.failover.north;

/** How the speaker wants a connection closed. */
public enum CloseMode {
  /** What was sent before goes out first, then a FIN (RFC 9293 section 3.6). */
  ORDERLY(0),
  /** A RST at once. */
  ABORT(1);

  private final int code;

  CloseMode(int code) {
    this.code = code;
  }

  /** 0 or 1. */
  public int code() {
    return code;
  }

  /** The mode with this code; throws {@link FrameException} where there is none. */
  static CloseMode of(int code) {
    for (CloseMode mode : values()) {
      if (mode.code == code) {
        return mode;
      }
    }
    throw new FrameException("CLOSE: mode " + code);
  }
}
