package io.holdfast.bgp.daemon;

import io.holdfast.bgp.session.Arming;
import io.holdfast.bgp.session.Opening;
import io.holdfast.bgp.session.PeerSettings;
import io.holdfast.bgp.session.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of our own, on plain sockets; they die with us. For development, and to measure what
 * failover costs. Owned by the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A channel that fails says so by closing.
final class DirectTransport implements Transport, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectTransport.class);
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(128 * 1024, 512 * 1024);

  private final EventLoop loop;
  private final Long2ObjectHashMap<Line> lines = new Long2ObjectHashMap<>();
  private @Nullable SpeakerLoop speakerLoop;
  private @Nullable Channel listening;
  private long connections;

  DirectTransport(EventLoop loop) {
    this.loop = loop;
  }

  /** Listens, and lets the speaker begin. */
  void open(SpeakerLoop to, int port) throws IOException {
    speakerLoop = to;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Line(false, 0));
                  }
                });
    ChannelFuture bound = bootstrap.bind("0.0.0.0", port).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "port "
              + port
              + ": cannot listen: "
              + Objects.requireNonNull(bound.cause()).getMessage());
    }
    listening = bound.channel();
    loop.execute(() -> to.run(() -> to.speaker().activate(0)));
  }

  @Override
  public void close() {
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
  }

  private SpeakerLoop speakerLoop() {
    return Objects.requireNonNull(speakerLoop);
  }

  /** One connection; the same events as from failoverd. */
  private final class Line extends ChannelInboundHandlerAdapter {
    private final boolean ours;
    private final long request;
    private final long connection = ++connections;
    private @Nullable Channel channel;
    private long received;
    private long written;

    Line(boolean ours, long request) {
      this.ours = ours;
      this.request = request;
    }

    private Channel channel() {
      return Objects.requireNonNull(channel);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
      lines.put(connection, this);
      InetSocketAddress local = (InetSocketAddress) context.channel().localAddress();
      InetSocketAddress remote = (InetSocketAddress) context.channel().remoteAddress();
      Opening opening =
          new Opening(
              Addresses.bits(local.getAddress()),
              local.getPort(),
              Addresses.bits(remote.getAddress()),
              remote.getPort(),
              ours,
              request);
      SpeakerLoop to = speakerLoop();
      to.run(() -> to.speaker().opened(connection, opening, to.micros()));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      try {
        long offset = received;
        received += bytes.readableBytes();
        SpeakerLoop to = speakerLoop();
        to.run(() -> to.speaker().received(connection, offset, bytes, to.micros()));
      } finally {
        bytes.release();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      speakerLoop().wake();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      lines.remove(connection);
      SpeakerLoop to = speakerLoop();
      to.run(() -> to.speaker().closed(connection, to.micros()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.info("connection {}: {}", connection, cause.getMessage());
      context.close();
    }
  }

  @Override
  public void send(long connection, ByteBuf messages, boolean last) {
    Line line = lines.get(connection);
    if (line == null) {
      messages.release();
      return;
    }
    line.written += messages.readableBytes();
    line.channel().writeAndFlush(messages);
  }

  @Override
  public void connect(long request, PeerSettings peer) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(new Line(true, request));
    if (peer.localAddress() != 0) {
      bootstrap.localAddress(new InetSocketAddress(Addresses.of(peer.localAddress()), 0));
    }
    bootstrap
        .connect(new InetSocketAddress(Addresses.of(peer.address()), peer.port()))
        .addListener(done -> connected(done.isSuccess(), request));
  }

  private void connected(boolean success, long request) {
    if (!success) {
      SpeakerLoop to = speakerLoop();
      to.run(() -> to.speaker().connectFailed(request));
    }
  }

  @Override
  public void close(long connection, boolean abort) {
    Line line = lines.get(connection);
    if (line == null) {
      return;
    }
    if (abort) {
      line.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      line.channel().close();
    } else {
      line.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Nobody stands in. */
  @Override
  public void arm(long connection, Arming arming) {}

  @Override
  public long credit(long connection) {
    Line line = lines.get(connection);
    return line == null ? 0 : line.written + line.channel().bytesBeforeUnwritable();
  }
}
