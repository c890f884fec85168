package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.HeldSegments;
import io.holdfast.failover.connection.OutputQueue;
import io.holdfast.failover.linux.Errno;
import io.holdfast.failover.linux.LinuxException;
import io.holdfast.failover.linux.SegmentQueue;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.log.Log;
import java.net.InetAddress;
import java.util.Objects;

/**
 * The second stage: acts on what is committed, and on nothing else. Verdicts for held segments,
 * writes to sockets, credits and welcomes for speakers, the last steps of a close. Owned by the
 * pipeline's thread.
 */
final class ReleaseStage {
  /** How far a speaker may be ahead of what the kernel's TCP has taken, in bytes a connection. */
  static final int CREDIT = 512 * 1024;

  private final Log log;
  private final FailoverState state;
  private final LogStage logStage;
  private final SegmentQueue queue;
  private final SocketCommands sockets;
  private final SpeakerPort speakers;
  private final SpeakerWatch watch;
  private final Alarms alarms;
  private boolean paused;

  /** So that one who comes again and again is told of once. */
  private int lastTurnedAway;

  ReleaseStage(
      Log log,
      FailoverState state,
      LogStage logStage,
      SegmentQueue queue,
      SocketCommands sockets,
      SpeakerPort speakers,
      SpeakerWatch watch,
      Alarms alarms) {
    this.log = log;
    this.state = state;
    this.logStage = logStage;
    this.queue = queue;
    this.sockets = sockets;
    this.speakers = speakers;
    this.watch = watch;
    this.alarms = alarms;
  }

  /** One event, after every record of its batch was handed to the log. */
  void on(FailoverEvent event) {
    switch (event.type) {
      case SEGMENT -> segment(event);
      case SOCKET_ERROR -> broken(event);
      case DEPARTED -> state.forgetKey(Objects.requireNonNull(event.connection));
      case ACCEPTED -> accepted(event);
      case CONNECTED -> connected(event);
      case ROOM -> room(event);
      case CONNECT -> connect(event);
      case FOLDED -> folded(event);
      case ATTACH -> attach(event);
      case RESTORED -> restored(event);
      case LOST -> finishClose(Objects.requireNonNull(event.connection));
      case SPEAKER_GONE -> gone(event);
      case READ,
          PEER_FIN,
          TICK,
          COMMITTED,
          CONNECTING,
          HELLO,
          REGISTER,
          OUTPUT,
          CLOSE,
          ARM,
          NOTE,
          RUN -> {
        // their effects come with the commit
      }
    }
  }

  /** After the events of a batch: everything that the commit position allows. */
  void finishBatch() {
    long committed = log.committed();
    Effects effects = state.effects;
    while (effects.due(committed)) {
      apply(effects);
      effects.removeFirst();
    }
    flushVerdicts();
    if (state.overflowed != SpeakerState.NONE) {
      alarms.raise("the log does not keep up with the speaker, which is fenced");
      speakers.fence(state.overflowed, "the log does not keep up");
      state.overflowed = SpeakerState.NONE;
    }
    speakers.committed(committed);
    pauseOrResume();
  }

  private void apply(Effects effects) {
    Connection connection = effects.connection();
    long value = effects.value();
    switch (effects.kind()) {
      case OPENED -> {
        Connection opened = Objects.requireNonNull(connection);
        opened.openStable();
        drain(opened);
        credit(opened);
        if (opened.isEstablished()) {
          read(opened);
        }
      }
      case RECEIVED -> {
        Connection received = Objects.requireNonNull(connection);
        received.receivedStable(value);
        drain(received);
      }
      case SENT -> {
        Connection sent = Objects.requireNonNull(connection);
        sent.sentStable(value);
        write(sent);
      }
      case PEER_CLOSED -> {
        Connection half = Objects.requireNonNull(connection);
        half.peerClosedStable();
        drain(half);
        finishClose(half);
      }
      case CLOSED -> {
        Connection closed = Objects.requireNonNull(connection);
        closed.closeStable();
        write(closed);
        finishClose(closed);
      }
      case ATTACHED -> welcome(value);
      case REGISTERED -> sockets.serve((ServiceSpec) Objects.requireNonNull(effects.object()));
    }
  }

  // ---- the gate ----

  private void segment(FailoverEvent event) {
    Connection connection = event.connection;
    if (event.inbound || connection == null) {
      // A SYN of a configured peer, or a segment of nothing that the log knows; malformed: dropped.
      verdict(event.packetId, event.flag);
      return;
    }
    if (connection.isDeparted()) {
      verdict(event.packetId, connection.mayLeave(event.end, event.acknowledgment, event.flags));
      return;
    }
    if (connection.wasRestored() && !passesRestore(connection, event)) {
      verdict(event.packetId, false);
      return;
    }
    HeldSegments held = connection.held();
    held.add(event.packetId, event.end, event.acknowledgment, event.flags);
    int before = held.size();
    drain(connection);
    if (held.size() == before) {
      state.counters.heldOnce++;
    }
  }

  /**
   * While there was no socket the kernel answered the peer with resets, some of which come late:
   * held back, they would hold back all that follows. What the first socket acknowledges is
   * forgotten with it.
   */
  private static boolean passesRestore(Connection connection, FailoverEvent event) {
    boolean reset = (event.flags & Connection.RST) != 0;
    boolean may = connection.mayLeave(event.end, event.acknowledgment, event.flags);
    return connection.isRestoring() ? may && !reset : may || !reset;
  }

  /** First in, first out: what stands behind a segment that may not leave waits with it. */
  private void drain(Connection connection) {
    HeldSegments held = connection.held();
    while (!held.isEmpty() && connection.mayLeave(held.end(), held.ack(), held.flags())) {
      verdict(held.id(), true);
      held.removeFirst();
    }
  }

  private void verdict(int id, boolean accept) {
    if (accept) {
      state.counters.passed++;
    } else {
      state.counters.dropped++;
    }
    try {
      queue.verdict(id, accept);
    } catch (LinuxException e) {
      alarms.raise("the gate could not give a verdict: " + e.getMessage());
    }
  }

  private void flushVerdicts() {
    try {
      queue.flushVerdicts();
    } catch (LinuxException e) {
      alarms.raise("the gate could not give its verdicts: " + e.getMessage());
    }
  }

  // ---- sockets ----

  private void accepted(FailoverEvent event) {
    Connection connection = state.find(event.key);
    if (connection == null
        || connection.isClosing()
        || connection.descriptor() != Connection.NONE) {
      // Not a configured peer, or given up meanwhile: nothing was promised to it.
      sockets.close(event.descriptor, true, null);
      return;
    }
    connection.descriptor(event.descriptor);
    read(connection);
  }

  private void connected(FailoverEvent event) {
    Connection connection = event.connection;
    if (event.errno == 0) {
      if (connection != null) {
        read(connection);
      }
    } else if (connection == null) {
      if (event.flag) {
        sockets.close(event.descriptor, true, null);
      }
      if (event.flag || event.descriptor == Connection.NONE) {
        connectFailed(event.number, Errno.describe(event.errno));
      }
    }
  }

  /** The socket is established and the connection is in the log: both directions may flow. */
  private void read(Connection connection) {
    connection.established();
    if (connection.descriptor() == Connection.NONE) {
      return; // over meanwhile
    }
    sockets.startReading(connection, connection.descriptor());
    write(connection);
  }

  /** A connection of an earlier failoverd: its stream goes on where the peer says that it is. */
  private void restored(FailoverEvent event) {
    Connection connection = Objects.requireNonNull(event.connection);
    connection.restoring(false);
    if (connection.isDeparted()) {
      sockets.close(event.descriptor, true, null);
      return;
    }
    connection.descriptor(event.descriptor);
    connection.timestamp(event.timestampValue & 0xffff_ffffL, state.nowNanos);
    OutputQueue output = connection.output();
    output.consumed((int) (event.number - output.head()));
    read(connection);
    finishClose(connection);
  }

  private void room(FailoverEvent event) {
    Connection connection = event.connection;
    if (connection != null && connection.waitsForRoom()) {
      connection.waitsForRoom(false);
      write(connection);
      finishClose(connection);
    }
  }

  /** Gives the socket what is stable, as far as it takes it. */
  private void write(Connection connection) {
    OutputQueue output = connection.output();
    int fd = connection.descriptor();
    if (fd == Connection.NONE || connection.waitsForRoom() || connection.isShut()) {
      return;
    }
    long stable = connection.sentStable();
    for (int n = output.contiguous(stable); n > 0; n = output.contiguous(stable)) {
      int taken = sockets.write(fd, output.buffer(), output.headIndex(), n);
      if (taken >= 0) {
        output.consumed(taken);
      } else {
        if (taken == -Errno.EAGAIN) {
          connection.waitsForRoom(true);
          sockets.awaitRoom(fd);
        } else {
          sockets.reportError(fd, -taken);
        }
        break;
      }
    }
    credit(connection);
  }

  private void credit(Connection connection) {
    long allowed = connection.output().head() + CREDIT;
    long channel = state.speaker.channel();
    if (channel != SpeakerState.NONE
        && !connection.isClosing()
        && allowed - connection.creditGiven() >= CREDIT / 4) {
      connection.creditGiven(allowed);
      speakers.credit(channel, connection.id(), allowed);
    }
  }

  // ---- the end of a connection ----

  /** The next step of a close whose record is stable; does nothing when it is not its time. */
  void finishClose(Connection connection) {
    Cause cause = connection.closing();
    if (cause == null || !connection.isCloseStable()) {
      return;
    }
    int fd = connection.descriptor();
    if (fd == Connection.NONE) {
      if (!connection.isRestoring()) {
        remove(connection);
      }
      return;
    }
    boolean orderly =
        cause == Cause.LOCAL_CLOSE || cause == Cause.STAND_IN_LIMIT || cause == Cause.SILENCE;
    if (!orderly || connection.isBroken()) {
      closeSocket(connection, true);
      return;
    }
    if (connection.output().size() == 0 && !connection.isShut()) {
      connection.shut();
      sockets.shutdownWrite(fd);
      drain(connection);
    }
    if (connection.isShut() && connection.isPeerClosed()) {
      closeSocket(connection, false);
    }
  }

  /** A socket that failed while its connection was closing: no FIN will come. */
  private void broken(FailoverEvent event) {
    Connection connection = event.connection;
    if (connection != null && !connection.isDeparted()) {
      finishClose(connection);
    }
  }

  /**
   * The peer did not end its direction in time: the socket goes. Where the kernel has all of our
   * bytes it delivers them still, and answers what the peer says with a reset; where it has not,
   * the peer is reset now.
   */
  void abandonClose(Connection connection) {
    if (connection.descriptor() == Connection.NONE) {
      remove(connection);
    } else {
      closeSocket(connection, !connection.isShut());
    }
  }

  private void closeSocket(Connection connection, boolean reset) {
    int fd = connection.descriptor();
    letGo(connection);
    state.depart(connection);
    sockets.close(fd, reset, connection);
  }

  private void remove(Connection connection) {
    if (connection.isRestoring()) {
      sockets.abandonRestore(connection);
    }
    letGo(connection);
    connection.departed();
    state.remove(connection);
  }

  private void letGo(Connection connection) {
    logStage.over(connection);
    drain(connection);
    HeldSegments held = connection.held();
    while (!held.isEmpty()) {
      verdict(held.id(), false);
      held.removeFirst();
    }
    connection.descriptor(Connection.NONE);
  }

  // ---- speakers ----

  private void connect(FailoverEvent event) {
    if (state.speaker.hasTheWord(event.channel)) {
      ConnectRequest request = (ConnectRequest) Objects.requireNonNull(event.object);
      sockets.connect(event.number, request.remote(), request.local(), request.ttl());
    }
  }

  /** What CONNECT carries. */
  record ConnectRequest(Endpoint remote, InetAddress local, int ttl) {}

  private void connectFailed(long request, String reason) {
    long channel = state.speaker.channel();
    if (channel != SpeakerState.NONE) {
      speakers.connectFailed(channel, request, reason);
    }
  }

  private void folded(FailoverEvent event) {
    SpeakerState speaker = state.speaker;
    if (speaker.hasTheWord(event.channel)) {
      boolean was = speaker.isActive();
      speaker.folded(event.number, event.flag, state.nowNanos);
      if (!was && speaker.isActive()) {
        watch.active(speaker.pid());
      }
    }
  }

  /** It got the word, or wanted it while another had it. What its predecessor was opening ends. */
  private void attach(FailoverEvent event) {
    if (event.flag) {
      for (int descriptor : state.handshakes.endAttempts()) {
        sockets.close(descriptor, true, null);
      }
      return;
    }
    int pid = event.object instanceof SpeakerIdentity who ? who.pid() : 0;
    if (pid != lastTurnedAway && state.speaker.channel() != SpeakerState.NONE) {
      lastTurnedAway = pid;
      alarms.raise(
          "process %d wants to speak while process %d does: it has to wait"
              .formatted(pid, state.speaker.pid()));
    }
    speakers.fence(event.channel, "another speaker has the word, or the log does not keep up");
  }

  private void welcome(long channel) {
    SpeakerState speaker = state.speaker;
    if (!speaker.hasTheWord(channel)) {
      return;
    }
    long start = Math.min(state.replayStart(log.appended()), speaker.attachedAt());
    speakers.welcome(channel, speaker.epoch(), start, speaker.attachedAt());
    for (Connection connection : state.connections()) {
      connection.creditGiven(0);
      credit(connection);
    }
  }

  private void gone(FailoverEvent event) {
    if (event.flag) {
      watch.gone((int) event.number);
    }
  }

  // ---- a log that does not keep up ----

  private void pauseOrResume() {
    long uncommitted = log.uncommitted();
    if (!paused && uncommitted > LogStage.UNCOMMITTED_LIMIT) {
      paused = true;
      state.counters.readPauses++;
      sockets.pauseReading(true);
    } else if (paused && uncommitted < LogStage.UNCOMMITTED_LIMIT / 2) {
      paused = false;
      sockets.pauseReading(false);
    }
  }
}
