package io.holdfast.bgp.session;

import io.holdfast.bgp.fsm.Event;
import io.holdfast.bgp.rib.Rib;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.Notification;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All peers, and the fold over what happens to them; see the package page. Owned by the event loop.
 */
public final class Speaker {
  /** A turn of the event loop that was this late means that we did not listen. */
  private static final long PAUSE_MICROS = 1_000_000;

  private final RouterSettings router;
  private final Transport transport;
  private final Surroundings surroundings;
  private final Rib rib;
  private final Map<Integer, Peer> peers = new LinkedHashMap<>();
  private final Long2ObjectHashMap<Connection> connections = new Long2ObjectHashMap<>();
  private boolean active;
  private long epoch;
  private long requests;
  private long tickedAt;
  private int turnOf;

  /**
   * A connection that is open.
   *
   * @param session null where no peer of the configuration is at the other end
   */
  private record Connection(@Nullable Session session) {}

  public Speaker(
      RouterSettings router,
      List<PeerSettings> peers,
      Transport transport,
      Surroundings surroundings) {
    this.router = router;
    this.transport = transport;
    this.surroundings = surroundings;
    this.rib = new Rib(router.as(), router.routerId());
    for (PeerSettings settings : peers) {
      this.peers.put(settings.address(), new Peer(this, settings));
    }
    for (RouterSettings.Originated route : router.originated()) {
      rib.originate(route.prefix(), own(route.nextHop()));
    }
  }

  private static PathAttributes own(int nextHop) {
    return PathAttributes.builder()
        .origin(Origin.IGP)
        .asPath(AsPath.EMPTY)
        .nextHop(nextHop)
        .build();
  }

  // What is asked about it.

  public RouterSettings router() {
    return router;
  }

  /** In the order of the configuration. */
  public List<Peer> peers() {
    return List.copyOf(peers.values());
  }

  public Rib rib() {
    return rib;
  }

  /** Whether the past has been folded and it may speak. */
  public boolean active() {
    return active;
  }

  /** Our attach epoch, 0 before activation. */
  public long epoch() {
    return epoch;
  }

  Transport transport() {
    return transport;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  void wake() {
    surroundings.wake();
  }

  long nextRequest() {
    return (epoch << 32 | ++requests) & Long.MAX_VALUE;
  }

  // The fold, in the order of the log. Times are microseconds since 1970.

  public void opened(long connection, Opening opening, long micros) {
    Peer peer = peers.get(opening.remoteAddress());
    connections.put(
        connection, new Connection(peer == null ? null : peer.opened(connection, opening, micros)));
    if (peer == null && active) {
      transport.close(connection, false);
    }
  }

  /**
   * Bytes of a peer.
   *
   * @param offset of the first byte in the peer's stream
   * @param bytes not released
   */
  public void received(long connection, long offset, ByteBuf bytes, long micros) {
    Session session = session(connection);
    if (session != null) {
      session.received(offset, bytes, micros);
    }
  }

  /**
   * Bytes to a peer; our own echo is ignored.
   *
   * @param epoch of the speaker that wrote it, or in whose time the stand-in did
   * @param standIn whether it was the stand-in
   * @param last whether it ended the dialogue
   * @param offset of the first byte in our stream
   * @param bytes whole messages, not released
   */
  public void sent(
      long connection,
      long offset,
      long epoch,
      boolean standIn,
      boolean last,
      ByteBuf bytes,
      long micros) {
    boolean echo = active && epoch == this.epoch && !standIn;
    Session session = echo ? null : session(connection);
    if (session != null) {
      session.sent(offset, last, bytes, micros);
    }
  }

  /** The peer has ended its direction. */
  public void peerClosed(long connection, long micros) {
    Session session = session(connection);
    if (session != null) {
      session.over(micros);
    }
  }

  public void closed(long connection, long micros) {
    Connection gone = connections.remove(connection);
    if (gone != null && gone.session() != null) {
      gone.session().over(micros);
      gone.session().peer().closed(gone.session());
    }
  }

  /** Everything before this has been folded; from now on what is wanted is done. */
  public void activate(long epoch) {
    this.epoch = epoch;
    active = true;
    long micros = surroundings.micros();
    tickedAt = micros;
    connections.forEachLong(
        (connection, known) -> {
          if (known.session() == null) {
            transport.close(connection, false);
          }
        });
    peers.values().forEach(peer -> peer.activate(micros));
    wake();
  }

  public void connectFailed(long request) {
    for (Peer peer : peers.values()) {
      if (peer.connectFailed(request, surroundings.micros())) {
        return;
      }
    }
  }

  private @Nullable Session session(long connection) {
    Connection known = connections.get(connection);
    return known == null ? null : known.session();
  }

  // Time and work.

  /** Looks at the timers; to be called some ten times a second. */
  public void tick() {
    if (!active) {
      return;
    }
    long micros = surroundings.micros();
    boolean paused = micros - tickedAt > PAUSE_MICROS;
    tickedAt = micros;
    for (Peer peer : peers.values()) {
      if (paused) {
        peer.sessions().forEach(session -> session.paused(micros));
      }
      peer.tick(micros);
    }
  }

  /**
   * Works off what waits: prefixes to decide, tables to compare, then routes to send, to one peer
   * after the other.
   *
   * @param until {@link System#nanoTime} at which to stop
   * @return whether there is more that could be done now
   */
  public boolean turn(long until) {
    if (rib.work(until)) {
      return true;
    }
    if (!active) {
      return false;
    }
    for (Peer peer : peers.values()) {
      for (Session session : peer.sessions()) {
        if (session.compare(until)) {
          return true;
        }
      }
    }
    List<Session> ready = ready();
    while (!ready.isEmpty()) {
      ready.get(turnOf++ % ready.size()).sendRoutes(surroundings.micros());
      if (System.nanoTime() - until >= 0) {
        return true;
      }
      ready = ready();
    }
    return false;
  }

  private List<Session> ready() {
    List<Session> ready = new ArrayList<>();
    for (Peer peer : peers.values()) {
      for (Session session : peer.sessions()) {
        if (session.ready()) {
          ready.add(session);
        }
      }
    }
    return ready;
  }

  /** Says goodbye to everybody (RFC 4486: Administrative Shutdown). */
  public void shutDown() {
    long micros = surroundings.micros();
    Event stop = new Event.Stop(Notification.of(NotificationCode.ADMINISTRATIVE_SHUTDOWN));
    for (Peer peer : peers.values()) {
      List.copyOf(peer.sessions()).forEach(session -> session.handle(stop, micros));
    }
  }
}
