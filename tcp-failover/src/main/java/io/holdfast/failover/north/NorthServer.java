package io.holdfast.failover.north;

import io.holdfast.logstore.log.Log;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * failoverd's end of the north channel. Every method may be called from any thread, and none but
 * {@link #open} and {@link #close} waits for anything.
 */
public final class NorthServer implements AutoCloseable {
  /** Speakers, standbys and what is just being refused; more is somebody's error. */
  static final int MAX_CHANNELS = 16;

  private static final int MAX_RECEIVE_BUFFER = 256 << 10;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(512 << 10, 1 << 20);

  /**
   * Chunks of 1 MiB, from which a frame of {@link Delivery#BATCH} and a full receive buffer are
   * cut. Netty's default allocator makes a new piece of zeroed direct memory for nearly each of
   * them.
   */
  private static final ByteBufAllocator BUFFERS =
      new PooledByteBufAllocator(true, 0, 1, 8192, 7, 64, 16, false);

  private static final SpeakerChannel[] NONE = new SpeakerChannel[0];

  private final Log log;
  private final NorthHandler handler;
  private final Admission admission;
  private final Consumer<String> alarms;
  private final SocketFile file;
  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final AtomicBoolean wakeUpPending = new AtomicBoolean();
  private final Runnable wakeUp = this::deliverToAll;

  /** Written by the event loop only; a new array for each change. */
  private volatile SpeakerChannel[] channels = NONE;

  private volatile long committed;
  private @Nullable Channel listener;
  private long lastChannel;

  private NorthServer(
      SocketFile file,
      Log log,
      NorthHandler handler,
      Admission admission,
      Consumer<String> alarms) {
    this.file = file;
    this.log = log;
    this.handler = handler;
    this.admission = admission;
    this.alarms = alarms;
    this.committed = log.committed();
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("north", true), EpollIoHandler.newFactory());
    this.loop = group.next();
  }

  /**
   * Binds the socket (replacing a stale one) and starts the event loop.
   *
   * @param socket path, at most 103 bytes; its folder is made (0750) where it is not there
   * @param log where the deliveries are read
   * @param admission who may speak; {@link Admission#standard()} in the daemon
   * @param alarms told one line for each violation of the protocol and each refused process, on the
   *     event loop
   * @throws IOException if the path can't be bound
   */
  public static NorthServer open(
      Path socket, Log log, NorthHandler handler, Admission admission, Consumer<String> alarms)
      throws IOException {
    SocketFile file = SocketFile.prepare(socket);
    NorthServer server = new NorthServer(file, log, handler, admission, alarms);
    try {
      server.bind();
      file.publish();
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private void bind() throws IOException {
    var bound =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerDomainSocketChannel.class)
            .childOption(ChannelOption.ALLOCATOR, BUFFERS)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(1 << 10, 16 << 10, MAX_RECEIVE_BUFFER))
            .childOption(ChannelOption.SO_SNDBUF, 1 << 20)
            .childHandler(
                new ChannelInitializer<EpollDomainSocketChannel>() {
                  @Override
                  protected void initChannel(EpollDomainSocketChannel channel) throws IOException {
                    accepted(channel);
                  }
                })
            .bind(new DomainSocketAddress(file.boundPath().toFile()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("can't bind " + file.path() + ": " + bound.cause().getMessage());
    }
    listener = bound.channel();
  }

  private void accepted(EpollDomainSocketChannel channel) throws IOException {
    PeerCredentials peer = channel.peerCredentials();
    int gid = peer.gids().length == 0 ? -1 : peer.gids()[0];
    if (!admission.admits(peer.uid(), gid)) {
      turnAway(channel, peer, "user " + peer.uid() + " is neither root nor in group holdfast");
    } else if (channels.length >= MAX_CHANNELS) {
      turnAway(channel, peer, "there are " + MAX_CHANNELS + " channels already");
    } else {
      SpeakerChannel speaker =
          new SpeakerChannel(this, handler, channel, ++lastChannel, peer.pid());
      channel.pipeline().addLast(speaker);
      SpeakerChannel[] more = Arrays.copyOf(channels, channels.length + 1);
      more[more.length - 1] = speaker;
      channels = more;
    }
  }

  /** It is told why; nothing that it says is read. */
  private void turnAway(Channel channel, PeerCredentials peer, String reason) {
    alarm("process " + peer.pid() + " refused at the north channel: " + reason);
    channel.config().setAutoRead(false);
    // Behind the registration, for the channel is only being made.
    loop.execute(
        () -> {
          var _ = channel.writeAndFlush(NorthCodec.refused(channel.alloc(), reason));
        });
    Runnable hangUp =
        () -> {
          var _ = channel.close();
        };
    var _ = loop.schedule(hangUp, SpeakerChannel.FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Answers an attach, and starts the delivery from the log.
   *
   * @param replayStart position of the first record to deliver
   * @param attachedAt position of this speaker's own ATTACHED record
   */
  public void welcome(long channel, long epoch, long replayStart, long attachedAt) {
    on(channel, speaker -> speaker.welcome(log, epoch, replayStart, attachedAt));
  }

  /**
   * Allows the speaker to send on a connection. Coalesced: of several credits for a connection the
   * newest counts. Kept until the speaker is welcomed.
   *
   * @param offset in our stream, up to which (exclusively) it may send
   */
  public void credit(long channel, long connection, long offset) {
    SpeakerChannel speaker = find(channel);
    if (speaker != null) {
      speaker.putCredit(connection, offset);
      wakeUp();
    }
  }

  /** The connection that was asked for did not come about. */
  public void connectFailed(long channel, long request, String reason) {
    on(channel, speaker -> speaker.connectFailed(request, reason));
  }

  /** Says why and closes. Of what still comes nothing is handed on once this has returned. */
  public void refuse(long channel, String reason) {
    SpeakerChannel speaker = find(channel);
    if (speaker != null) {
      speaker.fenced();
      loop.execute(() -> speaker.refuse(reason));
    }
  }

  /**
   * Closes at once. Once this has returned, no call to the handler begins for this channel but
   * {@code disconnected} (one that has begun may still be in the ring, or waiting for room there).
   */
  public void fence(long channel, String reason) {
    SpeakerChannel speaker = find(channel);
    if (speaker != null) {
      speaker.fenced();
      loop.execute(() -> speaker.shut(reason));
    }
  }

  /**
   * The log is committed up to here. Cheap: costs a volatile write and a read when nobody is
   * attached or a wake-up is already on its way.
   */
  public void committed(long position) {
    committed = position;
    if (channels.length > 0) {
      wakeUp();
    }
  }

  /** Position behind the last record written to this channel, 0 if there is no such channel. */
  public long delivered(long channel) {
    SpeakerChannel speaker = find(channel);
    return speaker == null ? 0 : speaker.delivered();
  }

  private void wakeUp() {
    if (!wakeUpPending.get() && wakeUpPending.compareAndSet(false, true)) {
      loop.execute(wakeUp);
    }
  }

  /** The flag falls before the work, so that what comes during it wakes us again. */
  private void deliverToAll() {
    wakeUpPending.set(false);
    for (SpeakerChannel speaker : channels) {
      speaker.deliver();
    }
  }

  private void on(long channel, Consumer<SpeakerChannel> what) {
    SpeakerChannel speaker = find(channel);
    if (speaker != null) {
      loop.execute(() -> what.accept(speaker));
    }
  }

  private @Nullable SpeakerChannel find(long channel) {
    for (SpeakerChannel speaker : channels) {
      if (speaker.id() == channel) {
        return speaker;
      }
    }
    return null;
  }

  long committedPosition() {
    return committed;
  }

  void alarm(String text) {
    alarms.accept(text);
  }

  /** Event loop only. */
  void gone(SpeakerChannel speaker) {
    channels =
        Arrays.stream(channels).filter(other -> other != speaker).toArray(SpeakerChannel[]::new);
  }

  /**
   * Closes all channels (the handler hears {@code disconnected} for each) and the socket, removes
   * the file, ends the thread.
   */
  @Override
  public void close() {
    Channel bound = listener;
    if (bound != null) {
      bound.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
      file.remove();
    }
    for (SpeakerChannel speaker : channels) {
      fence(speaker.id(), "failoverd ends");
    }
    var _ =
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
