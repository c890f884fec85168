package io.holdfast.bgp.session;

import io.holdfast.bgp.fsm.Action;
import io.holdfast.bgp.fsm.Action.Do;
import io.holdfast.bgp.fsm.Action.SendNotification;
import io.holdfast.bgp.fsm.Event;
import io.holdfast.bgp.fsm.Fsm;
import io.holdfast.bgp.fsm.SessionState;
import io.holdfast.bgp.fsm.Transition;
import io.holdfast.bgp.rib.AdjRibIn;
import io.holdfast.bgp.rib.AdjRibOut;
import io.holdfast.bgp.rib.Neighbor;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.message.BgpFrameDecoder;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.Decoded;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.Malformed;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.RouteRefresh;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.message.Update;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a peer, from its opening to its end: a run of the state machine, both byte
 * streams, the messages that are owed, the two tables. Owned by the event loop.
 */
public final class Session {
  private static final long SECOND_MICROS = 1_000_000;

  /** Where a batch starts; it grows if one attribute set takes more. */
  private static final int BATCH_CAPACITY = 40 * 1024;

  private final Speaker speaker;
  private final Peer peer;
  private final long connection;
  private final Opening opening;
  private final BgpFrameDecoder inbound = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
  private final BgpFrameDecoder outbound = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
  private final MessageCounts receivedCounts = new MessageCounts();
  private final MessageCounts sentCounts = new MessageCounts();
  private final SessionTimers timers = new SessionTimers();

  /** What the state machine asked for and the log does not show as sent; only until activation. */
  private final List<BgpMessage> owed = new ArrayList<>();

  private SessionState state;
  private @Nullable Open ourOpen;
  private @Nullable Open peerOpen;
  private SessionOptions options = SessionOptions.INITIAL;
  private @Nullable Tables tables;

  /** Offsets behind the last byte of each direction. */
  private long receivedTo;

  private long sentTo;
  private long establishedAt;
  private boolean closeAsked;

  private record Tables(AdjRibIn in, AdjRibOut out) {}

  Session(Speaker speaker, Peer peer, long connection, Opening opening) {
    this.speaker = speaker;
    this.peer = peer;
    this.connection = connection;
    this.opening = opening;
    this.state = SessionState.ACTIVE;
  }

  // What is asked about it.

  public long connection() {
    return connection;
  }

  Peer peer() {
    return peer;
  }

  public Opening opening() {
    return opening;
  }

  public SessionState state() {
    return state;
  }

  /** Whether the dialogue goes on (the connection may be there still when it does not). */
  public boolean live() {
    return state.connected();
  }

  public @Nullable Open ourOpen() {
    return ourOpen;
  }

  public @Nullable Open peerOpen() {
    return peerOpen;
  }

  public MessageCounts received() {
    return receivedCounts;
  }

  public MessageCounts sent() {
    return sentCounts;
  }

  /** Microseconds since 1970; meaningful while Established. */
  public long establishedAt() {
    return establishedAt;
  }

  /** Seconds, negotiated; 0: none. Meaningful once both OPENs are there. */
  public int holdSeconds() {
    Open ours = ourOpen != null ? ourOpen : Negotiation.offer(speaker.router(), peer.settings());
    return peerOpen == null ? ours.holdTime() : Negotiation.holdSeconds(ours, peerOpen);
  }

  /** What the peer told us, or null while not Established. */
  public @Nullable AdjRibIn adjRibIn() {
    return tables == null ? null : tables.in();
  }

  /** What we told the peer, or null while not Established. */
  public @Nullable AdjRibOut adjRibOut() {
    return tables == null ? null : tables.out();
  }

  // The fold.

  void opened(long micros) {
    handle(new Event.TcpConnected(), micros);
  }

  /**
   * @param offset of the first byte in the peer's stream; what was folded before is skipped
   */
  void received(long offset, ByteBuf bytes, long micros) {
    long known = receivedTo - offset;
    if (!live() || known >= bytes.readableBytes()) {
      return;
    }
    if (known < 0) {
      throw new IllegalStateException(
          "connection " + connection + ": offset " + offset + " follows " + receivedTo);
    }
    ByteBuf fresh = bytes.skipBytes((int) known);
    receivedTo = offset + known + fresh.readableBytes();
    MessageError error =
        inbound.feed(
            fresh,
            whole -> {
              message(MessageCodec.decode(whole, options), micros);
              return live();
            });
    if (error != null) {
      handle(new Event.Malformed(Notification.of(error)), micros);
    }
  }

  /** Bytes of ours that a speaker before us sent, or the stand-in in our name. */
  void sent(long offset, boolean last, ByteBuf bytes, long micros) {
    sentTo = speaker.active() ? sentTo + bytes.readableBytes() : offset + bytes.readableBytes();
    outbound.feed(
        bytes,
        whole -> {
          if (MessageCodec.decode(whole, options) instanceof BgpMessage said) {
            said(said, micros);
          }
          return true;
        });
    if (last) {
      over(micros);
    }
  }

  /** The connection is gone, or what was said last on it ended the dialogue. */
  void over(long micros) {
    owed.clear();
    handle(new Event.TcpFailed(), micros);
  }

  private void message(Decoded decoded, long micros) {
    if (decoded instanceof BgpMessage message) {
      receivedCounts.count(message);
    }
    switch (decoded) {
      case Malformed malformed -> handle(new Event.Malformed(malformed.notification()), micros);
      case Open open -> open(open, micros);
      case Keepalive keepalive -> handle(new Event.KeepaliveReceived(), micros);
      case Notification notification -> {
        peer.notificationReceived(notification, micros);
        handle(new Event.NotificationReceived(), micros);
      }
      case Update update -> {
        handle(new Event.UpdateReceived(), micros);
        take(update);
      }
      case RouteRefresh refresh -> {
        handle(new Event.RefreshReceived(), micros);
        readvertise(refresh);
      }
    }
  }

  private void open(Open open, long micros) {
    Notification refusal =
        state == SessionState.OPEN_SENT
            ? Negotiation.refusal(open, speaker.router(), peer.settings())
            : null;
    if (refusal != null) {
      handle(new Event.Malformed(refusal), micros);
      return;
    }
    if (state == SessionState.OPEN_SENT) {
      peerOpen = open;
      // Before activation the log tells how a collision ended; see the package page.
      if (speaker.active() && !peer.survivesCollision(this, open, micros)) {
        return;
      }
    }
    handle(new Event.OpenReceived(), micros);
  }

  private void take(Update update) {
    if (tables == null) {
      return;
    }
    if (!update.errors().isEmpty()) {
      peer.malformed(update);
    }
    speaker.rib().withdraw(tables.in(), update.withdrawn());
    if (update.attributes() != null) {
      speaker.rib().announce(tables.in(), update.attributes(), update.announced());
    }
    speaker.wake();
  }

  private void readvertise(RouteRefresh refresh) {
    // RFC 7313: begin and end of a refresh are for those who negotiated them.
    if (tables != null && refresh.subtype() == 0 && refresh.family().equals(AfiSafi.IPV4_UNICAST)) {
      tables.out().refresh();
      speaker.wake();
    }
  }

  // The state machine.

  void handle(Event event, long micros) {
    if (!live() && !(event instanceof Event.TcpConnected)) {
      return;
    }
    SessionState before = state;
    Transition transition = Fsm.on(state, event);
    state = transition.next();
    for (Action action : transition.actions()) {
      switch (action) {
        case SendNotification(Notification notification) -> say(notification, micros);
        case Do step -> perform(step, micros);
      }
    }
    if (before.connected() && !live()) {
      peer.ended(this, before, event, state, micros);
    }
  }

  private void perform(Do step, long micros) {
    switch (step) {
      case SEND_OPEN -> say(Negotiation.offer(speaker.router(), peer.settings()), micros);
      case SEND_KEEPALIVE -> say(new Keepalive(), micros);
      case START_OPEN_HOLD -> timers.hold(micros, SessionTimers.OPEN_HOLD_MICROS);
      case START_HOLD -> timers.hold(micros, holdSeconds() * SECOND_MICROS);
      case START_KEEPALIVE -> restartKeepalive(micros);
      case STOP_TIMERS -> timers.stop();
      case GO_UP -> goUp(micros);
      case GO_DOWN -> goDown();
      case CLOSE -> close();
      // What belongs to the peer and not to one connection: Peer looks at the state that follows.
      case CONNECT, START_CONNECT_RETRY, START_IDLE_HOLD -> {}
      // Done by the caller, who has the message.
      case TAKE_UPDATE, READVERTISE -> {}
    }
  }

  /** RFC 4271 section 10: "A reasonable maximum time ... one third of the Hold Time". */
  private long keepaliveMicros() {
    return holdSeconds() * SECOND_MICROS / 3;
  }

  private void restartKeepalive(long micros) {
    timers.keepalive(micros, keepaliveMicros());
  }

  private void goUp(long micros) {
    Open ours = ourOpen != null ? ourOpen : Negotiation.offer(speaker.router(), peer.settings());
    Open theirs = peerOpen;
    if (theirs == null) {
      throw new IllegalStateException("Established without an OPEN of the peer");
    }
    PeerSettings settings = peer.settings();
    options = Negotiation.options(ours, theirs, settings.internal());
    Neighbor neighbor =
        new Neighbor(
            settings.name(),
            settings.as(),
            settings.internal(),
            theirs.bgpIdentifier(),
            opening.remoteAddress(),
            opening.localAddress(),
            speaker.surroundings().network(opening.localAddress()),
            settings.imports(),
            settings.exports(),
            settings.nextHopSelf(),
            options);
    AdjRibIn in = speaker.rib().join(neighbor);
    tables = new Tables(in, speaker.rib().tell(neighbor, in));
    establishedAt = micros;
    peer.established();
    if (speaker.active()) {
      arm();
      startSpeaking();
    }
  }

  private void startSpeaking() {
    if (tables != null) {
      tables.out().speak();
      speaker.wake();
    }
  }

  private void goDown() {
    if (tables != null) {
      speaker.rib().leave(tables.in());
      speaker.rib().forget(tables.out());
      tables = null;
      speaker.wake();
    }
  }

  private void arm() {
    int hold = holdSeconds() * 1000;
    speaker
        .transport()
        .arm(
            connection,
            new Arming(
                hold / 3,
                hold,
                Notification.of(NotificationCode.HOLD_TIMER_EXPIRED),
                Notification.of(NotificationCode.OUT_OF_RESOURCES)));
  }

  private void close() {
    if (!closeAsked && speaker.active()) {
      closeAsked = true;
      speaker.transport().close(connection, false);
    }
  }

  // The mouth.

  /** Sends it, or owes it while the log is replayed. */
  private void say(BgpMessage message, long micros) {
    if (!speaker.active()) {
      owed.add(message);
      return;
    }
    ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(256);
    MessageCodec.encode(message, options, out);
    learn(message, micros);
    sentTo += out.readableBytes();
    speaker.transport().send(connection, out, message instanceof Notification);
  }

  /** The log shows it as sent: it is no longer owed. */
  private void said(BgpMessage message, long micros) {
    for (Iterator<BgpMessage> each = owed.iterator(); each.hasNext(); ) {
      if (each.next().getClass() == message.getClass()) {
        each.remove();
        break;
      }
    }
    learn(message, micros);
    if (message instanceof Update update && tables != null) {
      tables.out().told(update);
    }
    if (message instanceof Notification) {
      over(micros);
    }
  }

  /** What follows from having sent a message, now or then. */
  private void learn(BgpMessage message, long micros) {
    sentCounts.count(message);
    switch (message) {
      case Open open -> ourOpen = open;
      case Notification notification -> peer.notificationSent(notification, micros);
      case Keepalive keepalive -> spoke(micros);
      case Update update -> spoke(micros);
      case RouteRefresh refresh -> {}
    }
  }

  /** RFC 4271 section 4.4: each KEEPALIVE or UPDATE restarts the keepalive timer. */
  private void spoke(long micros) {
    if (live()) {
      restartKeepalive(micros);
    }
  }

  /** Goes on comparing tables until then; returns whether there is more to compare. */
  boolean compare(long until) {
    AdjRibOut out = adjRibOut();
    return out != null && out.compare(until);
  }

  /** Whether there are routes to send, and credit. */
  boolean ready() {
    AdjRibOut out = adjRibOut();
    return out != null && out.busy() && speaker.transport().credit(connection) > sentTo;
  }

  /** Sends the next batch of routes; only if {@link #ready}. */
  void sendRoutes(long micros) {
    AdjRibOut routes = tables == null ? null : tables.out();
    if (routes == null) {
      return;
    }
    ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(BATCH_CAPACITY);
    int updates = routes.fill(out);
    if (routes.owesEndOfRib()) {
      MessageCodec.encode(Update.END_OF_RIB, options, out);
      routes.endOfRibTold();
      updates++;
    }
    if (updates == 0) {
      out.release();
      return;
    }
    sentCounts.countUpdates(updates);
    sentTo += out.readableBytes();
    spoke(micros);
    speaker.transport().send(connection, out, false);
  }

  // Activation and time.

  /**
   * The past has been folded and the mouth is open: settles what is owed. A handshake that was
   * under way ends, for the peer may have seen any part of it.
   */
  void activate(long micros) {
    List<BgpMessage> debts = List.copyOf(owed);
    owed.clear();
    if (!live()) {
      debts.stream().filter(Notification.class::isInstance).forEach(debt -> say(debt, micros));
      close();
    } else if (state != SessionState.ESTABLISHED) {
      if (ourOpen != null) {
        handle(new Event.Stop(Notification.of(NotificationCode.CEASE)), micros);
      } else {
        handle(new Event.TcpFailed(), micros);
      }
    } else {
      debts.forEach(debt -> say(debt, micros));
      timers.notBefore(micros + SessionTimers.GRACE_MICROS);
      arm();
      startSpeaking();
    }
  }

  void tick(long micros) {
    if (live() && timers.keepaliveExpired(micros)) {
      handle(new Event.KeepaliveExpired(), micros);
    }
    if (live() && timers.holdExpired(micros)) {
      handle(new Event.HoldExpired(), micros);
    }
  }

  /** We were not listening until now. */
  void paused(long micros) {
    timers.notBefore(micros + SessionTimers.GRACE_MICROS);
  }
}
