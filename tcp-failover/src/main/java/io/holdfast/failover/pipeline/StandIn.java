package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.SentFlyweight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens while nobody is home, and whatever else time brings. For each armed connection the
 * heartbeat that the service registered goes out at its interval (always between whole messages,
 * for the log never ends inside one), bounded by the stand-in limit; a peer that says nothing for
 * longer than the service's silence limit is given the farewell for it. RFC 4271 section 6.5 is why
 * BGP needs both. Owned by the pipeline's thread.
 */
final class StandIn {
  /** A pause of our own that is longer than this makes the speaker's silence mean nothing. */
  static final long OWN_PAUSE_NANOS = 500_000_000L;

  /** A handshake that our TCP has not finished after this long is given up. */
  static final long HANDSHAKE_NANOS = 10_000_000_000L;

  /** How long a peer may take to end its direction after we have ended ours. */
  static final long CLOSE_NANOS = 5_000_000_000L;

  private final FailoverState state;
  private final LogStage log;
  private final ReleaseStage release;
  private final SpeakerPort speakers;
  private final SpeakerWatch watch;
  private final Alarms alarms;
  private final long limitNanos;
  private final ByteBuffer message =
      ByteBuffer.allocateDirect(FailoverEvent.HEADROOM + Armed.MAX_MESSAGE);
  private final long[] target = new long[1];
  private long lastTickNanos;

  StandIn(
      FailoverState state,
      LogStage log,
      ReleaseStage release,
      SpeakerPort speakers,
      SpeakerWatch watch,
      Alarms alarms,
      long limitNanos) {
    this.state = state;
    this.log = log;
    this.release = release;
    this.speakers = speakers;
    this.watch = watch;
    this.alarms = alarms;
    this.limitNanos = limitNanos;
  }

  /** About every 100 ms. */
  void tick() {
    long now = state.nowNanos;
    if (lastTickNanos != 0 && now - lastTickNanos > OWN_PAUSE_NANOS) {
      state.speaker.forgiveSilence(now);
      state.connections().forEach(connection -> connection.forgiveSilence(now));
    }
    lastTickNanos = now;
    if (state.speaker.isSilent(now)) {
      silent(now);
    }
    boolean nobodyHome = !state.speaker.isActive();
    for (Connection connection : List.copyOf(state.connections())) {
      if (connection.isClosing()) {
        if (connection.isCloseStable() && now - connection.closingNanos() > CLOSE_NANOS) {
          release.abandonClose(connection);
        }
      } else if (connection.descriptor() == Connection.NONE && !connection.isRestoring()) {
        if (now - connection.createdNanos() > HANDSHAKE_NANOS) {
          log.closed(connection, Cause.HANDSHAKE_ABANDONED, "the handshake was not finished");
        }
      } else if (nobodyHome) {
        standIn(connection, now);
      }
    }
  }

  private void silent(long now) {
    int pid = state.speaker.pid();
    alarms.raise("the speaker (process " + pid + ") has not folded anything for a second: fenced");
    speakers.fence(state.speaker.channel(), "no heartbeat from the folding thread");
    state.speaker.gone(now);
    watch.silent(pid);
  }

  private void standIn(Connection connection, long now) {
    Armed armed = connection.armed();
    if (now - state.speaker.absentSinceNanos() > limitNanos) {
      if (armed != null) {
        say(connection, armed.limitFarewell(), true);
      }
      log.closed(connection, Cause.STAND_IN_LIMIT, "no speaker came back within the limit");
      return;
    }
    if (armed == null || connection.isPeerClosed()) {
      return;
    }
    long silence = armed.silenceMillis() * 1_000_000L;
    if (silence > 0 && now - connection.lastReceivedNanos() > silence) {
      say(connection, armed.silenceFarewell(), true);
      log.closed(connection, Cause.SILENCE, "the peer was silent beyond its limit");
      return;
    }
    long interval = armed.intervalMillis() * 1_000_000L;
    if (interval > 0 && now - connection.lastSentNanos() >= interval) {
      say(connection, armed.heartbeat(), false);
      connection.stoodIn();
    }
  }

  private void say(Connection connection, byte[] bytes, boolean last) {
    if (bytes.length > 0) {
      message.put(FailoverEvent.HEADROOM, bytes);
      target[0] = connection.id();
      int flags = SentFlyweight.STAND_IN | (last ? SentFlyweight.LAST : 0);
      log.send(target, 1, state.speaker.epoch(), 0, flags, message, bytes.length);
    }
  }

  /** Says goodbye on every armed connection, and ends them all: failoverd itself is to stop. */
  void farewell() {
    for (Connection connection : new ArrayList<>(state.connections())) {
      if (!connection.isClosing()) {
        Armed armed = connection.armed();
        if (armed != null) {
          say(connection, armed.limitFarewell(), true);
        }
        log.closed(connection, Cause.LOCAL_CLOSE, "failoverd was told to stop");
      }
    }
  }
}
