package io.holdfast.bgp.daemon;

import io.holdfast.bgp.session.Arming;
import io.holdfast.bgp.session.Opening;
import io.holdfast.bgp.session.PeerSettings;
import io.holdfast.bgp.session.Transport;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.failover.north.CloseMode;
import io.holdfast.failover.north.client.NorthClient;
import io.holdfast.failover.north.client.NorthEvents;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections that failoverd keeps: the log comes in, output goes out. Owned by the event loop. */
final class FailoverTransport implements Transport, NorthEvents, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FailoverTransport.class);

  /** What one OUTPUT may hold. */
  private static final int LONGEST_OUTPUT = 64 * 1024;

  /** RFC 4271 section 4.1: where the length stands in a message. */
  private static final int MESSAGE_LENGTH_OFFSET = 16;

  private final EventLoop loop;
  private final SentFlyweight sent = new SentFlyweight();
  private @Nullable NorthClient client;
  private Runnable onAttached = () -> {};
  private @Nullable SpeakerLoop speakerLoop;
  private long epoch;
  private long attachedAt;

  FailoverTransport(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Attaches, as soon as failoverd is there.
   *
   * @param onAttached told each time that we have the word; must not wait
   */
  void open(SpeakerLoop to, Path socket, ServiceSpec service, String build, Runnable onAttached) {
    speakerLoop = to;
    this.onAttached = onAttached;
    client = NorthClient.open(loop, socket, service, build, this);
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }

  /** Whether we have the word, or believe so: who was stopped learns late that it has not. */
  boolean attached() {
    return client().attached();
  }

  private NorthClient client() {
    return Objects.requireNonNull(client);
  }

  private SpeakerLoop speakerLoop() {
    return Objects.requireNonNull(speakerLoop);
  }

  // From failoverd.

  @Override
  public void welcome(long epoch, long replayStart, long attachedAt) {
    LOG.info("attached, epoch {}: replay from {} to {}", epoch, replayStart, attachedAt);
    this.epoch = epoch;
    this.attachedAt = attachedAt;
    speakerLoop().startAnew();
    onAttached.run();
  }

  @Override
  public void record(long position, RecordFlyweight record) {
    speakerLoop().run(() -> fold(position, record));
  }

  private void fold(long position, RecordFlyweight record) {
    RecordKind kind = RecordKind.of(record.kindCode());
    if (kind == null) {
      throw new IllegalStateException(
          "record at " + position + ": unknown kind " + record.kindCode());
    }
    SpeakerLoop to = speakerLoop();
    long now = to.micros();
    // While we speak, a message counts from when we see it; a replayed one from when it came.
    long micros = to.speaker().active() ? now : Math.min(now, record.timeMicros());
    switch (kind) {
      case OPENED -> opened(Opened.decode(record, position), record.stream(), micros);
      case RECEIVED ->
          to.speaker()
              .received(
                  record.stream(),
                  record.offset(),
                  bytes(record.buffer(), record.payloadIndex(), record.payloadLength()),
                  micros);
      case SENT -> sent(record, position, micros);
      case PEER_CLOSED -> to.speaker().peerClosed(record.stream(), micros);
      case CLOSED -> to.speaker().closed(record.stream(), micros);
      case ATTACHED -> {
        if (position == attachedAt) {
          activate();
        }
      }
      case REGISTERED, ARMED, PROGRESS, NOTED, CHECKPOINT, QUARANTINED -> {}
    }
  }

  private void opened(Opened opened, long connection, long micros) {
    Opening opening =
        new Opening(
            Addresses.bits(opened.local().address()),
            opened.local().port(),
            Addresses.bits(opened.remote().address()),
            opened.remote().port(),
            opened.active(),
            opened.connectRequest());
    speakerLoop().speaker().opened(connection, opening, micros);
  }

  private void sent(RecordFlyweight record, long position, long micros) {
    sent.wrap(record, position);
    for (int i = 0; i < sent.count(); i++) {
      speakerLoop()
          .speaker()
          .sent(
              sent.connection(i),
              sent.offset(i),
              sent.epoch(),
              sent.standIn(),
              sent.last(),
              bytes(sent.buffer(), sent.bytesIndex(), sent.bytesLength()),
              micros);
    }
  }

  private static ByteBuf bytes(ByteBuffer buffer, int index, int length) {
    return Unpooled.wrappedBuffer(buffer.slice(index, length));
  }

  private void activate() {
    speakerLoop().speaker().activate(epoch);
    client().becameActive();
    LOG.info("active, epoch {}", epoch);
  }

  @Override
  public void credit(long connection, long offset) {
    speakerLoop().wake();
  }

  @Override
  public void connectFailed(long request, String reason) {
    LOG.debug("connect {}: {}", request, reason);
    speakerLoop().run(() -> speakerLoop().speaker().connectFailed(request));
  }

  @Override
  public void refused(String reason) {
    LOG.error("failoverd refuses us: {}", reason);
    Runtime.getRuntime().halt(Bgpd.NEGATIVE);
  }

  @Override
  public void lost(String reason) {
    LOG.warn("failoverd is gone: {}", reason);
    speakerLoop().startAnew();
  }

  // To failoverd.

  @Override
  public void send(long connection, ByteBuf messages, boolean last) {
    while (messages.readableBytes() > LONGEST_OUTPUT) {
      client().send(connection, messages.readRetainedSlice(wholeMessages(messages)), false);
    }
    client().send(connection, messages, last);
  }

  /** Octets of the messages that fit into one output. */
  private static int wholeMessages(ByteBuf messages) {
    int length = 0;
    while (true) {
      int next = messages.getUnsignedShort(messages.readerIndex() + length + MESSAGE_LENGTH_OFFSET);
      if (length + next > LONGEST_OUTPUT) {
        return length;
      }
      length += next;
    }
  }

  @Override
  public void connect(long request, PeerSettings peer) {
    client()
        .connect(
            request,
            Endpoint.of(Addresses.of(peer.address()), peer.port()),
            Addresses.of(peer.localAddress()),
            0);
  }

  @Override
  public void close(long connection, boolean abort) {
    client().close(connection, abort ? CloseMode.ABORT : CloseMode.ORDERLY);
  }

  @Override
  public void arm(long connection, Arming arming) {
    client()
        .arm(
            connection,
            new Armed(
                true,
                octets(new Keepalive()),
                arming.keepaliveMillis(),
                arming.silenceMillis(),
                octets(arming.forSilence()),
                octets(arming.forAbsence())));
  }

  private static byte[] octets(BgpMessage message) {
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(message, SessionOptions.INITIAL, out);
    byte[] octets = new byte[out.readableBytes()];
    out.readBytes(octets);
    return octets;
  }

  @Override
  public long credit(long connection) {
    return client().credit(connection);
  }
}
