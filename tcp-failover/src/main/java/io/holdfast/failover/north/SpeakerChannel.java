package io.holdfast.failover.north;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.log.Log;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process at the other end. Holds its place in the protocol, hands its frames to the pipeline,
 * and its part of the log to it. Owned by the server's event loop but for {@link #fenced}, {@link
 * #delivered} and {@link #putCredit}.
 */
final class SpeakerChannel extends FrameAssembler implements SpeakerFrames {

  /** Where it stands in the protocol. */
  enum Stage {
    CONNECTED,
    GREETED,
    REGISTERED,
    ATTACHING,
    ATTACHED,
    OVER
  }

  /** Which frames are legal when. */
  private static final Map<Stage, Set<FrameType>> LEGAL = new EnumMap<>(Stage.class);

  static {
    LEGAL.put(Stage.CONNECTED, EnumSet.of(FrameType.HELLO));
    LEGAL.put(Stage.GREETED, EnumSet.of(FrameType.REGISTER));
    LEGAL.put(Stage.REGISTERED, EnumSet.of(FrameType.REGISTER, FrameType.ATTACH));
    LEGAL.put(Stage.ATTACHING, EnumSet.of(FrameType.REGISTER));
    LEGAL.put(
        Stage.ATTACHED,
        EnumSet.of(
            FrameType.REGISTER,
            FrameType.FOLDED,
            FrameType.OUTPUT,
            FrameType.CONNECT,
            FrameType.CLOSE,
            FrameType.ARM,
            FrameType.NOTE));
    LEGAL.put(Stage.OVER, EnumSet.noneOf(FrameType.class));
  }

  /** How long a process that is refused may take to read why. */
  static final long FAREWELL_MILLIS = 1_000;

  private final NorthServer server;
  private final NorthHandler handler;
  private final Channel channel;
  private final long id;
  private final int pid;
  private final NorthCodec codec = new NorthCodec();
  private final CreditQueue credits = new CreditQueue();
  private final CreditQueue.Sink writeCredit = this::writeCredit;
  private Stage stage = Stage.CONNECTED;
  private boolean announced;
  private long sequence;
  private volatile @Nullable Delivery delivery;
  private volatile boolean fenced;

  SpeakerChannel(NorthServer server, NorthHandler handler, Channel channel, long id, int pid) {
    super(true);
    this.server = server;
    this.handler = handler;
    this.channel = channel;
    this.id = id;
    this.pid = pid;
  }

  long id() {
    return id;
  }

  Stage stage() {
    return stage;
  }

  // From the pipeline, on any thread.

  /** From here on nothing of it is handed on. */
  void fenced() {
    fenced = true;
  }

  long delivered() {
    Delivery current = delivery;
    return current == null ? 0 : current.position();
  }

  void putCredit(long connection, long offset) {
    credits.put(connection, offset);
  }

  // From the server, on the event loop.

  void welcome(Log log, long epoch, long replayStart, long attachedAt) {
    if (stage != Stage.ATTACHING || fenced) {
      return;
    }
    try {
      delivery = new Delivery(channel, log.reader(replayStart));
    } catch (IOException | RuntimeException e) {
      fail("the log can't be read from " + replayStart + " on: " + e);
      return;
    }
    stage = Stage.ATTACHED;
    var _ =
        channel.writeAndFlush(
            NorthCodec.welcome(alloc(), epoch, replayStart, attachedAt), channel.voidPromise());
    deliver();
  }

  /** Writes credits and records, as far as the channel takes them. */
  void deliver() {
    Delivery current = delivery;
    if (current == null || stage != Stage.ATTACHED || fenced) {
      return;
    }
    if (credits.drainTo(writeCredit)) {
      channel.flush();
    }
    try {
      current.run(server.committedPosition());
    } catch (IOException | RuntimeException e) {
      fail("the log can't be delivered: " + e);
    }
  }

  void connectFailed(long request, String why) {
    if (stage == Stage.ATTACHED) {
      var _ =
          channel.writeAndFlush(
              NorthCodec.connectFailed(alloc(), request, why), channel.voidPromise());
    }
  }

  /**
   * Says why, and closes when the other side has, or had the time to read it. Closing at once would
   * break the pipe under what it is still writing, and cost it the reason.
   */
  void refuse(String why) {
    if (stage == Stage.OVER) {
      return;
    }
    end(why);
    var _ = channel.writeAndFlush(NorthCodec.refused(alloc(), why), channel.voidPromise());
    var _ = channel.eventLoop().schedule(this::hangUp, FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Closes without a word. */
  void shut(String why) {
    end(why);
    hangUp();
  }

  private void hangUp() {
    var _ = channel.close();
  }

  /** From here on it is nobody; the pipeline hears so now, whenever the socket goes. */
  private void end(String why) {
    if (stage == Stage.OVER) {
      return;
    }
    stage = Stage.OVER;
    fenced = true;
    stopAssembling();
    Delivery current = delivery;
    if (current != null) {
      current.close();
    }
    if (announced) {
      handler.disconnected(id, why);
    }
  }

  private void fail(String why) {
    server.alarm("channel " + id + " (process " + pid + "): " + why);
    refuse(why);
  }

  private void writeCredit(long connection, long offset) {
    var _ = channel.write(NorthCodec.credit(alloc(), connection, offset), channel.voidPromise());
  }

  private ByteBufAllocator alloc() {
    return channel.alloc();
  }

  // From the socket.

  @Override
  protected void frame(FrameType type, ByteBuf body) {
    if (fenced) {
      return;
    }
    if (!LEGAL.getOrDefault(stage, Set.of()).contains(type)) {
      throw new FrameException(type + " while " + stage);
    }
    codec.decode(type, body, this);
  }

  @Override
  protected void violation(String why) {
    fail("protocol violation: " + why);
  }

  @Override
  public void hello(int protocolVersion, String service, String build) {
    stage = Stage.GREETED;
    announced = true;
    handler.hello(id, service, build, pid);
  }

  @Override
  public void register(ServiceSpec service) {
    if (stage == Stage.GREETED) {
      stage = Stage.REGISTERED;
    }
    handler.register(id, service);
  }

  @Override
  public void attach() {
    stage = Stage.ATTACHING;
    handler.attach(id);
  }

  @Override
  public void folded(long position, boolean active) {
    Delivery current = delivery;
    if (current != null) {
      current.folded(position);
      handler.folded(id, position, active);
      deliver();
    }
  }

  @Override
  public void output(long number, boolean last, long[] connections, int count, ByteBuf bytes) {
    if (number != sequence + 1) {
      throw new FrameException("OUTPUT " + number + " behind " + sequence);
    }
    sequence = number;
    handler.output(id, number, last, connections, count, bytes);
  }

  @Override
  public void connect(long request, Endpoint remote, InetAddress localOrWildcard, int ttl) {
    handler.connect(id, request, remote, localOrWildcard, ttl);
  }

  @Override
  public void close(long connection, CloseMode mode) {
    handler.close(id, connection, mode);
  }

  @Override
  public void arm(long connection, Armed armed) {
    handler.arm(id, connection, armed);
  }

  @Override
  public void note(ByteBuf bytes) {
    handler.note(id, bytes);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      deliver();
    }
  }

  /** Not the protocol's fault: the socket's, or an exception out of the pipeline. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      server.alarm("channel " + id + " (process " + pid + "): " + cause);
    }
    shut(cause.toString());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end("the speaker closed the channel");
    server.gone(this);
  }
}
