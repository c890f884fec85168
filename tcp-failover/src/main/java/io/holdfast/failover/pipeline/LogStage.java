package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.FourTuple;
import io.holdfast.failover.connection.Handshakes;
import io.holdfast.failover.linux.Errno;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Attached;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.Progress;
import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.failover.records.TcpOptions;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.record.RecordKind;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The first stage: what happened becomes a record, and gets its offset. It acts on nothing that a
 * peer could see; for what must follow the commit it leaves an effect. Owned by the pipeline's
 * thread.
 */
final class LogStage {
  /** Bytes that may be in the log without being committed before the reading of sockets stops. */
  static final long UNCOMMITTED_LIMIT = 16L << 20;

  /**
   * Bytes that may be uncommitted before a speaker's output is refused too. It is less than what
   * the log can hold, and credit bounds it only for each connection; who is beyond it is fenced, as
   * if it had died, and says it again when the log has caught up.
   */
  static final long OUTPUT_LIMIT = 40L << 20;

  static final int FORMAT = 1;

  /** The most connections that one record names: what fits into the room before the bytes. */
  static final int MAX_TARGETS = 500;

  private static final int SCRATCH = 1 << 20;

  private final Log log;
  private final FailoverState state;
  private final Alarms alarms;
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
  private final SentFlyweight sent = new SentFlyweight();
  private final long[] streams = new long[MAX_TARGETS];
  private final long[] offsets = new long[MAX_TARGETS];

  /** By channel, what those who have not the word yet want served. */
  private final Long2ObjectHashMap<ServiceSpec> registered = new Long2ObjectHashMap<>();

  /** Where the newest REGISTERED record stands; that of an earlier failoverd: anywhere. */
  private long registeredAt;

  LogStage(Log log, FailoverState state, Alarms alarms) {
    this.log = log;
    this.state = state;
    this.alarms = alarms;
  }

  /** One event, in order. */
  void on(FailoverEvent event) {
    switch (event.type) {
      case SEGMENT -> segment(event);
      case READ -> read(event);
      case PEER_FIN -> peerFin(event);
      case SOCKET_ERROR -> socketError(event);
      case OUTPUT -> output(event);
      case ATTACH -> attach(event);
      case ARM -> arm(event);
      case NOTE -> note(event);
      case CLOSE -> close(event);
      case REGISTER -> register(event);
      case LOST -> lost(event);
      case SPEAKER_GONE -> gone(event);
      case CONNECTING -> state.handshakes.connecting(event.key, event.number, event.descriptor);
      case CONNECTED -> connected(event);
      case ACCEPTED, ROOM, DEPARTED, RESTORED, TICK, COMMITTED, HELLO, FOLDED, CONNECT, RUN -> {
        // nothing that the log must know
      }
    }
  }

  // ---- handshakes ----

  private void segment(FailoverEvent event) {
    state.counters.segments++;
    if (!event.flag) {
      return; // no whole TCP header: the release stage drops it
    }
    Handshakes handshakes = state.handshakes;
    boolean syn = (event.flags & Connection.SYN) != 0;
    boolean ack = (event.flags & Connection.ACK) != 0;
    if (event.inbound) {
      if (syn) {
        peerSyn(event);
      }
      return;
    }
    Connection known = state.find(event.key);
    if (known != null && (!syn || sameHandshake(known, event))) {
      event.connection = known;
      return;
    }
    if (known != null) {
      superseded(known);
    }
    if (syn && ack) {
      event.connection = openedByPeer(event);
    } else if (syn) {
      Handshakes.Attempt attempt = handshakes.attempt(event.key);
      if (attempt != null) {
        attempt.syn(event.sequence, options(event));
      }
    } else if (ack && (event.flags & Connection.RST) == 0) {
      event.connection = openedByUs(event);
    }
  }

  private static boolean sameHandshake(Connection known, FailoverEvent event) {
    return known.opened().iss() == event.sequence
        && known.opened().irs() + 1 == event.acknowledgment;
  }

  /** Our TCP made a new connection of the same end points: the one that we know is no more. */
  private void superseded(Connection known) {
    if (!known.isClosing()) {
      Cause cause =
          known.descriptor() == Connection.NONE ? Cause.HANDSHAKE_ABANDONED : Cause.PEER_RESET;
      closed(known, cause, "a new connection of the same end points took its place");
    }
    state.forgetKey(known);
  }

  private void peerSyn(FailoverEvent event) {
    Handshakes.PeerSyn syn = new Handshakes.PeerSyn(event.sequence, options(event));
    Handshakes.Attempt attempt = state.handshakes.attempt(event.key);
    if (attempt == null) {
      state.handshakes.peerSyn(event.key, syn);
    } else {
      attempt.answered(syn);
    }
  }

  private Connection openedByPeer(FailoverEvent event) {
    Handshakes.Attempt attempt = state.handshakes.takeAttempt(event.key);
    Handshakes.PeerSyn syn =
        attempt == null ? state.handshakes.takePeerSyn(event.key) : attempt.answer();
    TcpOptions theirs = syn == null ? options(event) : syn.options();
    return opened(event, attempt, event.sequence, event.acknowledgment - 1, theirs);
  }

  private @Nullable Connection openedByUs(FailoverEvent event) {
    Handshakes.Attempt attempt = state.handshakes.attempt(event.key);
    if (attempt == null) {
      return null;
    }
    Handshakes.PeerSyn syn = attempt.answer();
    if (!attempt.synSent() || syn == null) {
      event.flag = false; // its handshake was not seen whole: it may not complete unlogged
      return null;
    }
    state.handshakes.takeAttempt(event.key);
    return opened(event, attempt, attempt.sequence(), syn.sequence(), syn.options());
  }

  private Connection opened(
      FailoverEvent event,
      Handshakes.@Nullable Attempt attempt,
      int iss,
      int irs,
      TcpOptions theirs) {
    FourTuple key = event.key.copy();
    TcpOptions ours =
        attempt == null || attempt.options() == null ? options(event) : attempt.options();
    ServiceSpec service = state.service;
    Opened opened =
        new Opened(
            service == null ? "" : service.name(),
            Endpoint.of(key.localAddress(), key.localPort()),
            Endpoint.of(key.remoteAddress(), key.remotePort()),
            attempt != null,
            attempt == null ? 0 : attempt.request(),
            iss,
            irs,
            ours,
            theirs);
    long position = log.appended();
    Connection connection = new Connection(position + 1, key, opened, position, state.nowNanos);
    if (attempt != null) {
      connection.descriptor(attempt.descriptor());
      if (attempt.isEstablished()) {
        connection.established();
      }
    }
    append(RecordKind.OPENED, connection.id(), 0, opened.encode(scratch, 0));
    state.add(connection);
    effect(Effects.Kind.OPENED, connection, 0);
    return connection;
  }

  /** Our attempt ended. Where its last segment was seen already, the connection is in the log. */
  private void connected(FailoverEvent event) {
    Connection connection = state.findByDescriptor(event.descriptor);
    event.connection = connection;
    if (event.errno == 0) {
      if (connection == null) {
        state.handshakes.established(event.number);
      }
    } else {
      event.flag = state.handshakes.forget(event.number);
      if (connection != null && !connection.isClosing()) {
        closed(
            connection, Cause.PEER_RESET, "reset while it was opened: " + Errno.name(event.errno));
      }
    }
  }

  private static TcpOptions options(FailoverEvent event) {
    return new TcpOptions(
        event.mss,
        event.windowScale,
        event.sackPermitted,
        event.timestamps,
        event.timestampValue & 0xffff_ffffL);
  }

  // ---- the peer's stream ----

  private void read(FailoverEvent event) {
    Connection connection = event.connection;
    if (connection == null) {
      return;
    }
    long offset = connection.received(event.length, state.nowNanos);
    log.append(
        RecordKind.RECEIVED,
        FORMAT,
        wallMicros(),
        connection.id(),
        offset,
        event.payload,
        FailoverEvent.HEADROOM,
        event.length);
    state.counters.receivedBytes += event.length;
    effect(Effects.Kind.RECEIVED, connection, offset + event.length);
  }

  private void peerFin(FailoverEvent event) {
    Connection connection = event.connection;
    if (connection != null && !connection.isPeerClosed()) {
      connection.peerClosed();
      append(RecordKind.PEER_CLOSED, connection.id(), connection.received(), 0);
      effect(Effects.Kind.PEER_CLOSED, connection, 0);
    }
  }

  private void socketError(FailoverEvent event) {
    Connection connection = event.connection;
    if (connection == null) {
      return;
    }
    connection.broken();
    if (!connection.isClosing()) {
      boolean timedOut = event.errno == Errno.ETIMEDOUT;
      closed(
          connection,
          timedOut ? Cause.TIMED_OUT : Cause.PEER_RESET,
          "the socket failed: errno " + event.errno);
    }
  }

  /** A connection of an earlier failoverd that could not be restored. */
  private void lost(FailoverEvent event) {
    Connection connection = Objects.requireNonNull(event.connection);
    connection.restoring(false);
    if (connection.isClosing()) {
      return;
    }
    if (event.errno == Errno.ETIMEDOUT && connection.received() == 0) {
      closed(connection, Cause.HANDSHAKE_ABANDONED, "the peer never finished its handshake");
    } else {
      Cause cause =
          switch (event.errno) {
            case Errno.ECONNRESET -> Cause.PEER_RESET;
            case Errno.ETIMEDOUT -> Cause.TIMED_OUT;
            default -> Cause.OWNER_LOST;
          };
      closed(connection, cause, "not restored: " + Errno.describe(event.errno));
    }
  }

  /** What a restore needs beside the bytes; it may be lost, an older one does as well. */
  void progress(Connection connection, long acknowledged, int window) {
    connection.marked(acknowledged, state.nowNanos);
    progress(connection, new Progress(acknowledged, window, timestamp(connection), false));
  }

  /** The connection's socket is gone for good. */
  void over(Connection connection) {
    progress(connection, new Progress(connection.output().head(), 0, timestamp(connection), true));
  }

  private long timestamp(Connection connection) {
    return connection.opened().ours().timestamps() ? connection.timestamp(state.nowNanos) : 0;
  }

  private void progress(Connection connection, Progress progress) {
    append(
        RecordKind.PROGRESS, connection.id(), connection.received(), progress.encode(scratch, 0));
  }

  // ---- our stream ----

  private void output(FailoverEvent event) {
    if (!mayAppend(event)) {
      return;
    }
    send(
        event.targets,
        event.targetCount,
        state.speaker.epoch(),
        event.number,
        event.flag ? SentFlyweight.LAST : 0,
        event.payload,
        event.length);
  }

  /** Whether this is of the speaker that has the word, and the log can take more of it. */
  private boolean mayAppend(FailoverEvent event) {
    if (!state.speaker.hasTheWord(event.channel)) {
      state.counters.fencedOutputs++;
      return false;
    }
    if (log.uncommitted() > OUTPUT_LIMIT) {
      state.overflowed = event.channel;
      state.counters.fencedOutputs++;
      state.speaker.gone(state.nowNanos);
      return false;
    }
    return true;
  }

  /**
   * Whole messages for these connections, one record. {@code bytes} stand at {@link
   * FailoverEvent#HEADROOM}; what is put ahead of them is written into the room before.
   */
  void send(
      long[] targets,
      int targetCount,
      long epoch,
      long sequence,
      int flags,
      ByteBuffer bytes,
      int length) {
    int count = 0;
    for (int i = 0; i < targetCount; i++) {
      Connection target = state.find(targets[i]);
      if (target != null && !target.isClosing()) {
        streams[count] = target.id();
        offsets[count++] = target.sent();
      }
      if (count == MAX_TARGETS || (count > 0 && i == targetCount - 1)) {
        appendSent(count, epoch, sequence, flags, bytes, length);
        count = 0;
      }
    }
  }

  /** One record for the first {@code count} of {@link #streams}. */
  private void appendSent(
      int count, long epoch, long sequence, int flags, ByteBuffer bytes, int length) {
    boolean last = (flags & SentFlyweight.LAST) != 0;
    int head = SentFlyweight.headerLength(count);
    int from = FailoverEvent.HEADROOM - head;
    sent.header(bytes, from, epoch, sequence, last, (flags & SentFlyweight.STAND_IN) != 0, count);
    for (int i = 0; i < count; i++) {
      sent.target(i, streams[i], offsets[i]);
    }
    log.append(
        RecordKind.SENT, FORMAT, wallMicros(), streams[0], offsets[0], bytes, from, head + length);
    for (int i = 0; i < count; i++) {
      Connection target = Objects.requireNonNull(state.find(streams[i]));
      target.output().add(bytes, FailoverEvent.HEADROOM, length);
      target.sentAt(state.nowNanos);
      if (last) {
        target.arm(null);
      }
      effect(Effects.Kind.SENT, target, target.sent());
    }
    state.counters.sentBytes += (long) count * length;
  }

  // ---- the service ----

  /** What a channel wants served counts from when it has the word. */
  private void register(FailoverEvent event) {
    ServiceSpec service = (ServiceSpec) event.object;
    if (service == null) {
      return;
    }
    if (state.speaker.hasTheWord(event.channel)) {
      serve(service);
    } else {
      registered.put(event.channel, service);
    }
  }

  private void serve(ServiceSpec service) {
    boolean changed = !service.equals(state.service);
    state.service = service;
    if (changed) {
      registered(service);
      state.effects.add(log.appended(), Effects.Kind.REGISTERED, null, 0, service);
    }
  }

  private void registered(ServiceSpec service) {
    registeredAt = log.appended();
    append(RecordKind.REGISTERED, 0, 0, service.encode(scratch, 0));
  }

  /** What is before this position will be trimmed: what is served has to stand behind it. */
  void keepRegistered(long position) {
    ServiceSpec service = state.service;
    if (service != null && registeredAt < position) {
      registered(service);
    }
  }

  /**
   * Gives the word to who asks for it, unless another has it and is alive: who was fenced and wakes
   * up, and comes again, must not take it from its successor. That one is turned away and comes
   * again, until the other is gone or has been silent for too long.
   */
  private void attach(FailoverEvent event) {
    SpeakerIdentity who = (SpeakerIdentity) event.object;
    ServiceSpec service = registered.remove(event.channel);
    event.flag =
        who != null
            && state.speaker.channel() == SpeakerState.NONE
            && log.uncommitted() <= UNCOMMITTED_LIMIT;
    if (who == null || !event.flag) {
      return;
    }
    if (service != null) {
      serve(service);
    }
    long position = log.appended();
    Attached attached = new Attached(position + 1, who.build());
    append(RecordKind.ATTACHED, 0, 0, attached.encode(scratch, 0));
    state.speaker.attached(
        event.channel, attached.epoch(), position, who.pid(), who.build(), state.nowNanos);
    state.effects.add(log.appended(), Effects.Kind.ATTACHED, null, event.channel, null);
  }

  /**
   * Here and not after the commit, so that who comes next in the same batch finds the place free.
   */
  private void gone(FailoverEvent event) {
    registered.remove(event.channel);
    event.flag = state.speaker.hasTheWord(event.channel);
    if (event.flag) {
      event.number = state.speaker.pid();
      state.speaker.gone(state.nowNanos);
    }
  }

  private void arm(FailoverEvent event) {
    Connection connection = state.find(event.number);
    Armed armed = (Armed) event.object;
    if (armed == null || connection == null || connection.isClosing()) {
      return;
    }
    if (state.speaker.hasTheWord(event.channel)) {
      connection.arm(armed.on() ? armed : null);
      append(RecordKind.ARMED, connection.id(), 0, armed.encode(scratch, 0));
    }
  }

  private void note(FailoverEvent event) {
    if (event.object instanceof ByteBuffer note && mayAppend(event)) {
      log.append(RecordKind.NOTED, FORMAT, wallMicros(), 0, 0, note, 0, note.limit());
    }
  }

  private void close(FailoverEvent event) {
    Connection connection = state.find(event.number);
    if (connection != null && !connection.isClosing() && state.speaker.hasTheWord(event.channel)) {
      closed(connection, event.flag ? Cause.LOCAL_ABORT : Cause.LOCAL_CLOSE, "by the speaker");
    }
  }

  /** Ends a connection: the record, and what follows its commit. */
  void closed(Connection connection, Cause cause, String text) {
    connection.closing(cause, state.nowNanos);
    append(
        RecordKind.CLOSED,
        connection.id(),
        connection.received(),
        new Closed(cause, text).encode(scratch, 0));
    effect(Effects.Kind.CLOSED, connection, 0);
    if (cause == Cause.STAND_IN_LIMIT || cause == Cause.SILENCE) {
      alarms.raise("connection " + connection.key() + " was ended: " + text);
    }
  }

  private void append(RecordKind kind, long stream, long offset, int length) {
    log.append(kind, FORMAT, wallMicros(), stream, offset, scratch, 0, length);
  }

  private void effect(Effects.Kind kind, Connection connection, long value) {
    state.effects.add(log.appended(), kind, connection, value, null);
  }

  private static long wallMicros() {
    return System.currentTimeMillis() * 1000;
  }
}
