package io.holdfast.bgp.session;

import io.holdfast.bgp.policy.Policy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * failoverd, network and clock in one, and a speaker that can be killed at any record of the log.
 * Deterministic.
 */
final class SimulatedWorld implements Transport, Surroundings {
  /** Thrown out of the speaker's own calls: it is dead, and says nothing more. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  /** A record of the log. */
  sealed interface Entry {
    record OpenedAt(long connection, Opening opening, long micros) implements Entry {}

    record ReceivedAt(long connection, long offset, byte[] bytes, long micros) implements Entry {}

    record SentAt(
        long connection,
        long offset,
        long epoch,
        boolean standIn,
        boolean last,
        byte[] bytes,
        long micros)
        implements Entry {}

    record ClosedAt(long connection, long micros) implements Entry {}

    record AttachedAt(long epoch) implements Entry {}
  }

  private static final long STEP_MICROS = 1_000;
  private static final long FAR = Long.MAX_VALUE / 2;

  final List<Entry> log = new ArrayList<>();
  final Map<String, SimulatedPeer> peers = new LinkedHashMap<>();
  final List<Arming> armed = new ArrayList<>();
  final List<Long> connects = new ArrayList<>();
  private final List<PeerSettings> settings = new ArrayList<>();
  private final RouterSettings router;
  private final Deque<Runnable> inputs = new ArrayDeque<>();
  private final Map<Long, SimulatedPeer> open = new LinkedHashMap<>();
  private final Map<Long, Long> inbound = new LinkedHashMap<>();
  private final Map<Long, Long> outbound = new LinkedHashMap<>();
  private final Map<Long, Boolean> ended = new LinkedHashMap<>();
  private final Random chunks = new Random(7);
  private final int killAt;
  private long connections;
  private long epoch;
  private long micros = 1_000_000_000_000L;
  private Speaker speaker;
  private boolean killed;

  /** Octets of routes allowed on each connection from the start; see {@link Transport#credit}. */
  long creditLimit = FAR;

  /** What each peer was connected to at the kill, if the log shows it as Established. */
  final Map<String, Long> establishedAtKill = new LinkedHashMap<>();

  /**
   * @param killAt the number of records at which the speaker dies, or −1
   */
  SimulatedWorld(RouterSettings router, int killAt) {
    this.router = router;
    this.killAt = killAt;
  }

  SimulatedPeer peer(String name, long as, String address) {
    boolean internal = as == router.as();
    SimulatedPeer peer = new SimulatedPeer(this, name, as, address, internal);
    peers.put(name, peer);
    settings.add(
        new PeerSettings(
            name,
            peer.address,
            179,
            0,
            as,
            internal,
            true,
            90,
            5_000,
            Policy.ACCEPT_ALL,
            Policy.ACCEPT_ALL,
            false));
    return peer;
  }

  Speaker speaker() {
    return speaker;
  }

  boolean wasKilled() {
    return killed;
  }

  void start() {
    attach();
    settle();
  }

  /** The speaker is killed now. */
  void kill() {
    killed = true;
    peers.values().stream()
        .filter(peer -> inbound.getOrDefault(peer.connection, 0L) >= peer.handshakeEnd)
        .forEach(peer -> establishedAtKill.put(peer.name, peer.connection));
  }

  /** A new speaker folds the log from its start. */
  void attach() {
    Speaker next = new Speaker(router, settings, this, this);
    epoch++;
    log.add(new Entry.AttachedAt(epoch));
    for (Entry entry : List.copyOf(log)) {
      speaker = next;
      fold(entry);
    }
  }

  private void fold(Entry entry) {
    switch (entry) {
      case Entry.OpenedAt e -> speaker.opened(e.connection(), e.opening(), e.micros());
      case Entry.ReceivedAt e ->
          speaker.received(
              e.connection(), e.offset(), Unpooled.wrappedBuffer(e.bytes()), e.micros());
      case Entry.SentAt e ->
          speaker.sent(
              e.connection(),
              e.offset(),
              e.epoch(),
              e.standIn(),
              e.last(),
              Unpooled.wrappedBuffer(e.bytes()),
              e.micros());
      case Entry.ClosedAt e -> speaker.closed(e.connection(), e.micros());
      case Entry.AttachedAt e -> {
        if (e.epoch() == epoch) {
          speaker.activate(epoch);
        }
      }
    }
  }

  /** Runs until nobody has anything to say. */
  void settle() {
    boolean busy = true;
    while (busy) {
      try {
        busy = step();
      } catch (Killed e) {
        kill();
        revive();
      }
    }
  }

  private void revive() {
    try {
      attach();
    } catch (Killed e) {
      throw new AssertionError("killed only once", e);
    }
  }

  private boolean step() {
    micros += STEP_MICROS;
    speaker.tick();
    if (speaker.turn(System.nanoTime() + 1_000_000_000L)) {
      return true;
    }
    Runnable input = inputs.poll();
    if (input != null) {
      input.run();
      return true;
    }
    for (SimulatedPeer peer : peers.values()) {
      if (peer.connection == 0) {
        connect(peer);
        return true;
      }
    }
    return false;
  }

  /** Appends, lets the network have it, and perhaps kills the speaker. */
  private void append(Entry entry) {
    log.add(entry);
    if (entry instanceof Entry.SentAt sent && open.containsKey(sent.connection())) {
      open.get(sent.connection()).hears(sent.bytes());
    }
    if (!killed && log.size() == killAt) {
      throw new Killed();
    }
  }

  private void input(Entry entry) {
    append(entry);
    fold(entry);
  }

  private void connect(SimulatedPeer peer) {
    connectFrom(peer, false, 0);
  }

  private void connectFrom(SimulatedPeer peer, boolean ours, long request) {
    long connection = ++connections;
    open.put(connection, peer);
    peer.connected(connection);
    input(
        new Entry.OpenedAt(
            connection,
            new Opening(peer.address + 1, 179, peer.address, 40_000, ours, request),
            micros));
  }

  /** Splits what a peer says anywhere, also inside a message. */
  void fromPeer(long connection, byte[] bytes) {
    for (int from = 0; from < bytes.length; ) {
      int length = Math.min(bytes.length - from, 1 + chunks.nextInt(60));
      byte[] chunk = java.util.Arrays.copyOfRange(bytes, from, from + length);
      inputs.add(
          () -> {
            long offset = inbound.getOrDefault(connection, 0L);
            if (open.containsKey(connection)) {
              inbound.put(connection, offset + chunk.length);
              input(new Entry.ReceivedAt(connection, offset, chunk, micros));
            }
          });
      from += length;
    }
  }

  void peerCloses(long connection) {
    inputs.add(() -> disconnect(connection));
  }

  private void disconnect(long connection) {
    SimulatedPeer peer = open.remove(connection);
    if (peer != null) {
      peer.disconnected();
      input(new Entry.ClosedAt(connection, micros));
    }
  }

  /** What the stand-in says in our name while nobody is home. */
  void standIn(SimulatedPeer peer, boolean last, byte[] bytes) {
    long connection = peer.connection;
    long offset = outbound.merge(connection, (long) bytes.length, Long::sum) - bytes.length;
    append(new Entry.SentAt(connection, offset, epoch, true, last, bytes, micros));
    if (last) {
      open.remove(connection);
      peer.disconnected();
      append(new Entry.ClosedAt(connection, micros));
    }
  }

  void pass(long more) {
    micros += more;
  }

  // Transport.

  @Override
  public void send(long connection, ByteBuf messages, boolean last) {
    byte[] bytes = new byte[messages.readableBytes()];
    messages.readBytes(bytes);
    messages.release();
    if (ended.containsKey(connection)) {
      peers.values().forEach(peer -> peer.complaints.add("sent behind the last message"));
    }
    if (last) {
      ended.put(connection, true);
    }
    long offset = outbound.merge(connection, (long) bytes.length, Long::sum) - bytes.length;
    Entry.SentAt sent = new Entry.SentAt(connection, offset, epoch, false, last, bytes, micros);
    append(sent);
    inputs.add(() -> echo(sent));
  }

  /** Whoever attaches later has it from the replay. */
  private void echo(Entry.SentAt sent) {
    if (sent.epoch() == epoch) {
      fold(sent);
    }
  }

  @Override
  public void connect(long request, PeerSettings peer) {
    connects.add(request);
  }

  @Override
  public void close(long connection, boolean abort) {
    inputs.add(() -> disconnect(connection));
  }

  @Override
  public void arm(long connection, Arming arming) {
    armed.add(arming);
  }

  @Override
  public long credit(long connection) {
    return creditLimit;
  }

  // Surroundings.

  @Override
  public long micros() {
    return micros;
  }

  @Override
  public long network(int localAddress) {
    return -1;
  }

  @Override
  public double random() {
    return 0.5;
  }

  @Override
  public void wake() {}
}
