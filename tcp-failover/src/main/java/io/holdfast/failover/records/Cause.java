package io.holdfast.failover.records;

import org.jspecify.annotations.Nullable;

/** Why a connection is over. The code stands in the log and never changes. */
public enum Cause {
  /** The speaker closed it in order. */
  LOCAL_CLOSE(1),
  /** The speaker aborted it. */
  LOCAL_ABORT(2),
  /** The peer sent a RST that the kernel accepted. */
  PEER_RESET(3),
  /** The kernel's TCP gave up. */
  TIMED_OUT(4),
  /** It was restored, but the peer never finished its side of the handshake. */
  HANDSHAKE_ABANDONED(5),
  /** Nobody owned it, and it was not armed. */
  OWNER_LOST(6),
  /** The stand-in reached its limit and said farewell. */
  STAND_IN_LIMIT(7),
  /** The peer was silent beyond the limit while nobody was home. */
  SILENCE(8);

  private final int code;

  Cause(int code) {
    this.code = code;
  }

  /** 1 to 255. */
  public int code() {
    return code;
  }

  /** The cause with this code, or null where this build knows none. */
  public static @Nullable Cause of(int code) {
    for (Cause cause : values()) {
      if (cause.code == code) {
        return cause;
      }
    }
    return null;
  }
}
