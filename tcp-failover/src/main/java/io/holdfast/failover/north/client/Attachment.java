package io.holdfast.failover.north.client;

import io.holdfast.failover.north.FailoverFrames;
import io.holdfast.failover.north.FrameAssembler;
import io.holdfast.failover.north.FrameException;
import io.holdfast.failover.north.FrameType;
import io.holdfast.failover.north.NorthCodec;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.collection.LongObjectHashMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel's life, from connecting to its end, and what is true only as long: the position of
 * the fold, the numbers of the output, the credits. Owned by the client's event loop.
 */
final class Attachment extends FrameAssembler implements FailoverFrames {
  private static final Logger LOG = LoggerFactory.getLogger(Attachment.class);

  /** A replay says how far it is at least this often, in bytes, to keep the window open. */
  private static final long PROGRESS_BYTES = 4L << 20;

  private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(NorthClient.BEAT_MILLIS);

  private static final class Credit {
    long offset;
  }

  private final NorthClient client;
  private final NorthEvents events;
  private final NorthCodec codec = new NorthCodec();
  private final RecordFlyweight record = new RecordFlyweight();
  private final LongObjectHashMap<Credit> credits = new LongObjectHashMap<>();
  private @Nullable Channel channel;
  private @Nullable Future<?> heartbeat;
  private String reason = "failoverd closed the channel";
  private boolean welcomed;
  private boolean over;
  private boolean folding;
  private boolean active;
  private boolean beatDue;
  private long folded;
  private long said;
  private long saidAt;
  private long sequence;

  Attachment(NorthClient client, NorthEvents events) {
    super(false);
    this.client = client;
    this.events = events;
  }

  boolean welcomed() {
    return welcomed && !over;
  }

  long sequence() {
    return sequence;
  }

  void countOutput() {
    sequence++;
  }

  long credit(long connection) {
    Credit credit = credits.get(connection);
    return credit == null ? 0 : credit.offset;
  }

  ByteBufAllocator alloc() {
    Channel current = channel;
    return current == null ? ByteBufAllocator.DEFAULT : current.alloc();
  }

  void write(ByteBuf part) {
    Channel current = channel;
    if (current == null || over) {
      part.release();
    } else {
      var _ = current.write(part, current.voidPromise());
    }
  }

  void flush() {
    Channel current = channel;
    if (current != null) {
      current.flush();
    }
  }

  void becameActive() {
    active = true;
    beatDue = true;
    if (!folding) {
      beatIfDue();
    }
  }

  /** Ends it from our side; what the channel still has is thrown away. */
  void lose(String why) {
    if (!over) {
      reason = why;
      over = true;
      stopAssembling();
    }
    Channel current = channel;
    if (current != null) {
      var _ = current.close();
    }
  }

  // From the channel.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (client.closed()) {
      lose("closed by ourselves");
      return;
    }
    write(NorthCodec.hello(alloc(), client.service().name(), client.build()));
    write(NorthCodec.register(alloc(), client.service()));
    write(NorthCodec.attach(alloc()));
    flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    over = true;
    Future<?> beating = heartbeat;
    if (beating != null) {
      beating.cancel(false);
    }
    if (welcomed && !client.closed()) {
      welcomed = false;
      events.lost(reason);
    }
    client.over(this);
  }

  /** The socket's error, or an exception out of a callback: then the fold is not to be trusted. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.error("a callback of the north channel failed; attaching anew", cause);
    }
    lose(cause.toString());
  }

  @Override
  protected void violation(String why) {
    LOG.error("failoverd broke the protocol of the north channel: {}", why);
    lose("protocol violation: " + why);
  }

  @Override
  protected void frame(FrameType type, ByteBuf body) {
    if (!over && !client.closed()) {
      codec.decode(type, body, this);
    }
  }

  @Override
  public void welcome(long epoch, long replayStart, long attachedAt) {
    if (welcomed) {
      throw new FrameException("a second WELCOME");
    }
    welcomed = true;
    folded = replayStart;
    events.welcome(epoch, replayStart, attachedAt);
    beat();
    Channel current = channel;
    if (current != null) {
      heartbeat =
          current
              .eventLoop()
              .scheduleWithFixedDelay(
                  this::beat,
                  NorthClient.BEAT_MILLIS,
                  NorthClient.BEAT_MILLIS,
                  TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void records(long position, ByteBuf body) {
    if (!welcomed || position != folded) {
      throw new FrameException("records from " + position + ", expected them from " + folded);
    }
    ByteBuffer bytes = body.nioBuffer();
    int at = bytes.position();
    int end = bytes.limit();
    while (at < end && !over && !client.closed()) {
      at += fold(bytes, at, end);
      // After each: the first ones, in a JVM that has compiled nothing, take tens of milliseconds.
      beatIfDue();
    }
  }

  /** Folds one record; returns its length. */
  private int fold(ByteBuffer bytes, int at, int end) {
    record.wrap(bytes, at);
    int length = end - at < RecordFlyweight.HEADER_LENGTH ? 0 : record.length();
    if (length < RecordFlyweight.HEADER_LENGTH || length > end - at) {
      throw new FrameException("record of " + length + " bytes at " + folded);
    }
    if (!record.intact()) {
      throw new FrameException("the checksum of the record at " + folded + " is wrong");
    }
    boolean closing = record.kindCode() == RecordKind.CLOSED.code();
    long connection = record.stream();
    folding = true;
    try {
      events.record(folded, record);
    } finally {
      folding = false;
    }
    if (closing) {
      credits.remove(connection);
    }
    folded += length;
    return length;
  }

  @Override
  public void credit(long connection, long offset) {
    Credit credit = credits.get(connection);
    if (credit == null) {
      credit = new Credit();
      credits.put(connection, credit);
    }
    credit.offset = offset;
    events.credit(connection, offset);
  }

  @Override
  public void connectFailed(long request, String why) {
    events.connectFailed(request, why);
  }

  /** Final: whoever refuses us now will refuse us again, and only our owner can change that. */
  @Override
  public void refused(String why) {
    welcomed = false;
    lose("refused: " + why);
    client.close();
    events.refused(why);
  }

  // The heartbeat.

  private void beatIfDue() {
    if (beatDue || folded - said >= PROGRESS_BYTES || System.nanoTime() - saidAt >= BEAT_NANOS) {
      beat();
    }
  }

  /** Says how far the fold is. */
  private void beat() {
    Channel current = channel;
    if (current != null && welcomed()) {
      beatDue = false;
      said = folded;
      saidAt = System.nanoTime();
      var _ =
          current.writeAndFlush(NorthCodec.folded(alloc(), folded, active), current.voidPromise());
    }
  }
}
