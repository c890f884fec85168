package io.holdfast.bgp.session;

/**
 * Hold and keepalive timer of one session, in microseconds since 1970. They are set by whatever
 * happens, in replay too, and looked at only when somebody asks what has expired; so a speaker that
 * starts anew has them as they were. Owned by the event loop.
 */
final class SessionTimers {
  static final long NEVER = Long.MAX_VALUE;

  /** RFC 4271 section 8.2.2: "A HoldTimer value of 4 minutes is suggested". */
  static final long OPEN_HOLD_MICROS = 240_000_000;

  /**
   * A peer that seems silent is given this much longer, in which whatever lies unread (in the
   * channel, behind a pause of ours) is folded. The log may hold messages that we have not seen.
   */
  static final long GRACE_MICROS = 1_000_000;

  private long holdAt = NEVER;
  private long keepaliveAt = NEVER;
  private boolean suspect;

  void hold(long micros, long durationMicros) {
    holdAt = durationMicros == 0 ? NEVER : micros + durationMicros;
    suspect = false;
  }

  void keepalive(long micros, long intervalMicros) {
    keepaliveAt = intervalMicros == 0 ? NEVER : micros + intervalMicros;
  }

  void stop() {
    holdAt = NEVER;
    keepaliveAt = NEVER;
    suspect = false;
  }

  /** No hold timer expires before this: we were not listening. */
  void notBefore(long micros) {
    holdAt = Math.max(holdAt, micros);
  }

  boolean keepaliveExpired(long micros) {
    return micros >= keepaliveAt;
  }

  /** Whether the hold timer expired, and then the grace passed without a message. */
  boolean holdExpired(long micros) {
    if (micros < holdAt) {
      return false;
    }
    if (suspect) {
      return true;
    }
    suspect = true;
    holdAt = micros + GRACE_MICROS;
    return false;
  }
}
