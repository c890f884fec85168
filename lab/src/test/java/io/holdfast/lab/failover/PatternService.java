package io.holdfast.lab.failover;

import io.holdfast.failover.north.CloseMode;
import io.holdfast.failover.north.client.NorthClient;
import io.holdfast.failover.north.client.NorthEvents;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.PeerSpec;
import io.holdfast.failover.records.Sent;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A service on the north channel whose state is a fold over the log: it holds {@link Dialogue}s, or
 * (when it is {@code raw}) keeps what it gets and says what the test tells it to. As an object in
 * the test, or as a process of its own that can be stopped and killed.
 */
final class PatternService implements NorthEvents, AutoCloseable {
  private static final int BLOCK = 32 * 1024;

  /** What stands in the log of one connection. */
  private static final class Line {
    final ByteBuffer head = ByteBuffer.allocate(Dialogue.LENGTH);
    final MessageDigest digest = Pattern.digest();
    final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    @Nullable Dialogue dialogue;
    @Nullable String remote;
    byte @Nullable [] summary;
    long got;
    long sent;
    long poured;
    boolean peerClosed;
    boolean armed;
    boolean done;
  }

  private final Map<Long, Line> lines = new HashMap<>();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final boolean raw;
  private final Armed armed;
  private final Consumer<String> told;
  private @Nullable NorthClient client;
  private long attachedAt = Long.MAX_VALUE;
  private long epoch;
  private boolean active;

  /** What happened, in words. */
  final List<String> events = new CopyOnWriteArrayList<>();

  /** While set, every callback waits for it. */
  volatile @Nullable CountDownLatch hang;

  private PatternService(boolean raw, Armed armed, Consumer<String> told) {
    this.raw = raw;
    this.armed = armed;
    this.told = told;
  }

  static PatternService dialogues(Path north, ServiceSpec spec, Armed armed) {
    return new PatternService(false, armed, _ -> {}).open(north, spec);
  }

  static PatternService raw(Path north, ServiceSpec spec) {
    return new PatternService(true, Armed.OFF, _ -> {}).open(north, spec);
  }

  /** {@code NORTH_SOCKET PORT PEER HEARTBEAT_MILLIS SILENCE_MILLIS}; tells its events. */
  public static void main(String[] arguments) throws Exception {
    ServiceSpec spec = spec(Integer.parseInt(arguments[1]), arguments[2], 0);
    Armed armed = armed(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
    new PatternService(
            false,
            armed,
            line -> {
              System.out.println(line);
              System.out.flush();
            })
        .open(Path.of(arguments[0]), spec);
    new CountDownLatch(1).await();
  }

  static ServiceSpec spec(int port, String peer, int peerPort) {
    try {
      InetAddress any = new InetSocketAddress(0).getAddress();
      return new ServiceSpec(
          "pattern", port, List.of(new PeerSpec(InetAddress.getByName(peer), any, peerPort)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static Armed armed(int heartbeatMillis, int silenceMillis) {
    return new Armed(
        true,
        Dialogue.HEARTBEAT.getBytes(StandardCharsets.US_ASCII),
        heartbeatMillis,
        silenceMillis,
        Dialogue.SILENT.getBytes(StandardCharsets.US_ASCII),
        Dialogue.LIMIT.getBytes(StandardCharsets.US_ASCII));
  }

  private PatternService open(Path north, ServiceSpec spec) {
    loop.submit(() -> client = NorthClient.open(loop, north, spec, "pattern", this))
        .syncUninterruptibly();
    return this;
  }

  private void tell(String line) {
    events.add(line);
    told.accept(line);
  }

  // ---- what the test asks ----

  /** Runs on the event loop, where the client may be used. */
  void run(Consumer<NorthClient> task) {
    loop.submit(
            () -> {
              NorthClient now = client;
              if (now != null) {
                task.accept(now);
              }
            })
        .syncUninterruptibly();
  }

  /** The connection with this remote end point ("address:port"), 0 if there is none. */
  long connection(String remote) {
    return loop.submit(
            () ->
                lines.entrySet().stream()
                    .filter(entry -> remote.equals(entry.getValue().remote))
                    .mapToLong(Map.Entry::getKey)
                    .findFirst()
                    .orElse(0))
        .syncUninterruptibly()
        .getNow();
  }

  /** A raw service: what came on a connection. */
  byte[] received(long connection) {
    return loop.submit(
            () -> {
              Line line = lines.get(connection);
              return line == null ? new byte[0] : line.raw.toByteArray();
            })
        .syncUninterruptibly()
        .getNow();
  }

  void send(long connection, byte[] bytes, boolean last) {
    run(to -> to.send(connection, Unpooled.wrappedBuffer(bytes), last));
  }

  void closeConnection(long connection, CloseMode mode) {
    run(to -> to.close(connection, mode));
  }

  boolean isActive() {
    return loop.submit(() -> active).syncUninterruptibly().getNow();
  }

  // ---- the fold ----

  @Override
  public void welcome(long epoch, long replayStart, long attachedAt) {
    this.epoch = epoch;
    this.attachedAt = attachedAt;
    active = false;
    lines.clear();
  }

  @Override
  public void record(long position, RecordFlyweight record) {
    hang();
    RecordKind kind = RecordKind.of(record.kindCode());
    if (kind != null) {
      fold(kind, position, record);
    }
    if (position == attachedAt) {
      active = true;
      run(NorthClient::becameActive, client);
      tell("active " + epoch);
      lines.forEach(this::act);
    }
  }

  private void hang() {
    CountDownLatch latch = hang;
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void fold(RecordKind kind, long position, RecordFlyweight record) {
    long connection = record.stream();
    Line line = lines.get(connection);
    if (kind == RecordKind.OPENED) {
      Opened opened = Opened.decode(record, position);
      line = new Line();
      line.remote = opened.remote().toString();
      lines.put(connection, line);
      tell("opened " + opened.remote() + " request " + opened.connectRequest());
    } else if (kind == RecordKind.SENT) {
      sent(Sent.decode(record, position));
    } else if (line != null) {
      foldInto(line, kind, position, record);
    }
    if (active && line != null) {
      act(connection, line);
    }
  }

  private void foldInto(Line line, RecordKind kind, long position, RecordFlyweight record) {
    switch (kind) {
      case RECEIVED -> received(line, record);
      case PEER_CLOSED -> {
        line.peerClosed = true;
        tell("peer closed " + line.remote);
      }
      case CLOSED -> {
        tell("closed " + line.remote + " " + Closed.decode(record, position).cause());
        lines.remove(record.stream());
        line.done = true;
      }
      default -> {}
    }
  }

  private void sent(Sent sent) {
    if (sent.epoch() == epoch && !sent.standIn()) {
      return; // our own: counted when it was sent
    }
    for (Sent.Target target : sent.targets()) {
      Line line = lines.get(target.connection());
      if (line != null) {
        line.sent += sent.bytes().length;
        line.poured += sent.standIn() ? 0 : sent.bytes().length;
      }
    }
  }

  private void received(Line line, RecordFlyweight record) {
    byte[] bytes = new byte[record.payloadLength()];
    record.buffer().get(record.payloadIndex(), bytes);
    if (raw) {
      line.raw.writeBytes(bytes);
      return;
    }
    int at = 0;
    while (at < bytes.length && line.head.hasRemaining()) {
      line.head.put(bytes[at++]);
    }
    if (!line.head.hasRemaining() && line.dialogue == null) {
      line.dialogue = Dialogue.decode(line.head.duplicate().flip());
    }
    line.digest.update(bytes, at, bytes.length - at);
    line.got += bytes.length - at;
    Dialogue dialogue = line.dialogue;
    if (dialogue != null && line.summary == null && line.got >= dialogue.upLength()) {
      line.summary = line.digest.digest();
      tell("complete " + line.remote);
    }
  }

  // ---- what follows from it ----

  /** Says what the fold shows as owed. */
  private void act(long connection, Line line) {
    Dialogue dialogue = line.dialogue;
    NorthClient to = client;
    if (to == null || dialogue == null || line.done) {
      return;
    }
    if (dialogue.armed() && !line.armed) {
      line.armed = true;
      to.arm(connection, armed);
    }
    pour(to, connection, line, dialogue);
    if (line.peerClosed && line.poured == dialogue.downLength() + Dialogue.DIGEST) {
      line.done = true;
      to.close(connection, CloseMode.ORDERLY);
    }
  }

  private static void pour(NorthClient to, long connection, Line line, Dialogue dialogue) {
    long allowed = to.credit(connection);
    while (line.poured < dialogue.downLength()) {
      long room = Math.min(dialogue.downLength() - line.poured, allowed - line.sent);
      int n = (int) Math.min(BLOCK, room) / Dialogue.UNIT * Dialogue.UNIT;
      if (n <= 0) {
        return;
      }
      put(to, connection, line, Pattern.bytes(dialogue.downSeed(), line.poured, n));
    }
    byte[] summary = line.summary;
    if (line.poured == dialogue.downLength()
        && summary != null
        && allowed - line.sent >= Dialogue.DIGEST) {
      put(to, connection, line, summary);
    }
  }

  private static void put(NorthClient to, long connection, Line line, byte[] bytes) {
    to.send(connection, Unpooled.wrappedBuffer(bytes), false);
    line.sent += bytes.length;
    line.poured += bytes.length;
  }

  private static void run(Consumer<NorthClient> task, @Nullable NorthClient client) {
    if (client != null) {
      task.accept(client);
    }
  }

  @Override
  public void credit(long connection, long offset) {
    Line line = lines.get(connection);
    if (active && line != null) {
      act(connection, line);
    }
  }

  @Override
  public void connectFailed(long request, String reason) {
    tell("connect failed " + request + " " + reason);
  }

  @Override
  public void refused(String reason) {
    tell("refused " + reason);
  }

  @Override
  public void lost(String reason) {
    active = false;
    tell("lost " + reason);
  }

  @Override
  public void close() {
    CountDownLatch latch = hang;
    if (latch != null) {
      latch.countDown();
    }
    NorthClient now = client;
    if (now != null) {
      now.close();
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
