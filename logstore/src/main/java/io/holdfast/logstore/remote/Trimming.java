package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.LogBackend;
import java.time.Duration;

/**
 * Where the log begins, as far as its owner has heard, and up to where it may be dropped. Owned by
 * the client's thread; {@link #first} is read by others.
 */
final class Trimming {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final ClientThread thread;
  private final Caller caller;
  private final Seat seat;
  private volatile long first;
  private long wanted;

  Trimming(ClientThread thread, Caller caller, Seat seat) {
    this.thread = thread;
    this.caller = caller;
    this.seat = seat;
  }

  /** Position of the oldest record. */
  long first() {
    return first;
  }

  /** Somebody says that it begins here, or behind here by now. */
  void atLeast(long position) {
    first = Math.max(first, position);
  }

  /** The member at which a stand has begun says where its log begins. */
  void begin(long position) {
    first = position;
  }

  /** As {@link LogBackend#trim}. */
  void trim(long position) {
    var _ =
        thread.execute(
            () -> {
              if (position > wanted) {
                wanted = position;
                send();
              }
            });
  }

  /**
   * Says again what is still wanted. Lost with its connection it is sent again on the next: it is
   * only ever the last that counts.
   */
  void send() {
    Stand at = seat.stand();
    if (wanted > first && at != null) {
      caller.call(
          at.wire(),
          new Request.Trim(at.epoch(), wanted),
          ANSWER,
          (answer, why) -> {
            if (answer instanceof Answer.Trimmed trimmed) {
              atLeast(trimmed.first());
            }
          });
    }
  }
}
