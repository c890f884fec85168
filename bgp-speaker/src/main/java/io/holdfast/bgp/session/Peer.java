package io.holdfast.bgp.session;

import io.holdfast.bgp.fsm.Action;
import io.holdfast.bgp.fsm.Action.Do;
import io.holdfast.bgp.fsm.Collision;
import io.holdfast.bgp.fsm.Event;
import io.holdfast.bgp.fsm.Fsm;
import io.holdfast.bgp.fsm.SessionState;
import io.holdfast.bgp.fsm.Transition;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.Update;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configured peer: its connections, and what is done about it while there is none. Owned by the
 * event loop.
 */
public final class Peer {
  private static final Logger LOG = LoggerFactory.getLogger(Peer.class);
  private static final long MILLI_MICROS = 1_000;
  private static final long FIRST_IDLE_HOLD_MICROS = 1_000_000;
  private static final long LONGEST_IDLE_HOLD_MICROS = 30_000_000;

  private final Speaker speaker;
  private final PeerSettings settings;

  /** Oldest first; those that ended stay until their connection is closed. */
  private final List<Session> sessions = new ArrayList<>();

  /** The state while there is no connection: Idle, Connect or Active. */
  private SessionState dial = SessionState.IDLE;

  private long request;
  private long startAt;
  private long retryAt = SessionTimers.NEVER;
  private long idleHold = FIRST_IDLE_HOLD_MICROS;
  private long flaps;
  private @Nullable String lastDownReason;
  private @Nullable SeenNotification lastSent;
  private @Nullable SeenNotification lastReceived;

  Peer(Speaker speaker, PeerSettings settings) {
    this.speaker = speaker;
    this.settings = settings;
  }

  public PeerSettings settings() {
    return settings;
  }

  /** The state of RFC 4271: that of the connection that is furthest, or of the attempts. */
  public SessionState state() {
    Session session = session();
    return session == null ? dial : session.state();
  }

  /** The connection that is furthest, or null while there is none. */
  public @Nullable Session session() {
    Session furthest = null;
    for (Session session : sessions) {
      if (session.live() && (furthest == null || session.state().compareTo(furthest.state()) > 0)) {
        furthest = session;
      }
    }
    return furthest;
  }

  /** How often an Established session ended. */
  public long flaps() {
    return flaps;
  }

  public @Nullable String lastDownReason() {
    return lastDownReason;
  }

  public @Nullable SeenNotification lastNotificationSent() {
    return lastSent;
  }

  public @Nullable SeenNotification lastNotificationReceived() {
    return lastReceived;
  }

  List<Session> sessions() {
    return sessions;
  }

  Session opened(long connection, Opening opening, long micros) {
    if (opening.request() != 0 && opening.request() == request) {
      request = 0;
    }
    Session session = new Session(speaker, this, connection, opening);
    sessions.add(session);
    session.opened(micros);
    return session;
  }

  void closed(Session session) {
    sessions.remove(session);
  }

  /** A session of this peer has left the states that have a connection. */
  void ended(Session session, SessionState from, Event why, SessionState to, long micros) {
    if (from == SessionState.ESTABLISHED) {
      flaps++;
      lastDownReason = reason(why);
    }
    if (speaker.active()) {
      LOG.info(
          "{}: connection {} left {}: {}",
          settings.name(),
          session.connection(),
          from.text(),
          reason(why));
    }
    if (session() != null) {
      return;
    }
    dial = to;
    if (to == SessionState.ACTIVE) {
      retryLater(micros);
    } else {
      startAt = micros + idleHold;
      idleHold = Math.min(LONGEST_IDLE_HOLD_MICROS, idleHold * 2);
    }
  }

  private String reason(Event why) {
    return switch (why) {
      case Event.HoldExpired e -> "hold timer expired";
      case Event.TcpFailed e ->
          lastSent != null ? "we ended it: " + lastSent.notification().text() : "connection lost";
      case Event.NotificationReceived e ->
          lastReceived == null ? "NOTIFICATION" : "the peer: " + lastReceived.notification().text();
      case Event.Malformed(Notification fault) -> "bad message: " + fault.text();
      case Event.Stop(Notification fault) -> fault.text();
      default -> "unexpected message or event " + why.getClass().getSimpleName();
    };
  }

  void established() {
    idleHold = FIRST_IDLE_HOLD_MICROS;
    if (speaker.active()) {
      LOG.info("{}: Established", settings.name());
    }
  }

  /** RFC 7606 section 4: what the peer got wrong, and the session survived, is said to people. */
  void malformed(Update update) {
    if (speaker.active()) {
      update
          .errors()
          .forEach(
              error -> LOG.warn("{}: {}, {}", settings.name(), error.action(), error.detail()));
    }
  }

  void notificationSent(Notification notification, long micros) {
    lastSent = new SeenNotification(micros, notification);
  }

  void notificationReceived(Notification notification, long micros) {
    lastReceived = new SeenNotification(micros, notification);
  }

  /** RFC 4271 section 6.8, when an OPEN has come on {@code newer}; may end the others instead. */
  boolean survivesCollision(Session newer, Open open, long micros) {
    Collision.Speaker local =
        new Collision.Speaker(speaker.router().routerId(), speaker.router().as());
    Collision.Speaker remote = new Collision.Speaker(open.bgpIdentifier(), open.asn());
    for (Session other : List.copyOf(sessions)) {
      if (other == newer || !other.live()) {
        continue;
      }
      boolean ours = other.opening().ours();
      switch (Collision.between(local, remote, other.state(), ours, newer.opening().ours())) {
        case KEEP_BOTH -> {}
        case CLOSE_EXISTING -> other.handle(new Event.CollisionLost(), micros);
        case CLOSE_NEWER -> {
          newer.handle(new Event.CollisionLost(), micros);
          return false;
        }
      }
    }
    return true;
  }

  // Attempts to connect.

  /** The past has been folded: from now on time counts. */
  void activate(long micros) {
    Session kept = null;
    for (Session session : List.copyOf(sessions)) {
      if (session.state() == SessionState.ESTABLISHED && kept != null) {
        // The speaker before us died between a collision and the NOTIFICATION about it.
        session.handle(new Event.CollisionLost(), micros);
        continue;
      }
      session.activate(micros);
      kept = session.state() == SessionState.ESTABLISHED ? session : kept;
    }
    idleHold = FIRST_IDLE_HOLD_MICROS;
    if (session() == null) {
      dial = SessionState.IDLE;
      startAt = micros;
    }
  }

  void tick(long micros) {
    for (int i = 0; i < sessions.size(); i++) {
      sessions.get(i).tick(micros);
    }
    if (session() != null) {
      return;
    }
    if (dial == SessionState.IDLE && micros >= startAt) {
      dial(new Event.Start(settings.passive()), micros);
    } else if (dial != SessionState.IDLE && !settings.passive() && micros >= retryAt) {
      dial(new Event.ConnectRetryExpired(), micros);
    }
  }

  /** An attempt to connect has failed; returns whether it was this peer's. */
  boolean connectFailed(long failed, long micros) {
    if (request != failed) {
      return false;
    }
    request = 0;
    if (session() == null && dial == SessionState.CONNECT) {
      dial(new Event.TcpFailed(), micros);
    }
    return true;
  }

  private void dial(Event event, long micros) {
    Transition transition = Fsm.on(dial, event);
    dial = transition.next();
    for (Action action : transition.actions()) {
      if (action == Do.START_CONNECT_RETRY) {
        retryLater(micros);
      } else if (action == Do.CONNECT) {
        request = speaker.nextRequest();
        speaker.transport().connect(request, settings);
      }
    }
  }

  /** RFC 4271 section 10: jitter of 0.75 to 1. */
  private void retryLater(long micros) {
    double jitter = 0.75 + 0.25 * speaker.surroundings().random();
    retryAt = micros + (long) (settings.connectRetryMillis() * MILLI_MICROS * jitter);
  }
}
