package io.holdfast.logstore.rpc;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The side that listens: lets in those whose hello is accepted, and knows who is in. */
final class Acceptor {
  private final SslContext tls;
  private final HelloHandler hello;
  private final Limits limits;
  private final Refusals refusals;
  private final Executor handshakes;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Set<AcceptedLink> links = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Channel listening;
  private volatile @Nullable ServiceHandler service;
  private volatile @Nullable RaftServer raft;

  /**
   * Not listening yet.
   *
   * @param handshakes computes for handshakes, so that a crowd of strangers does not take the event
   *     loops' time
   */
  Acceptor(
      SslContext tls, HelloHandler hello, Limits limits, Refusals refusals, Executor handshakes) {
    this.tls = tls;
    this.hello = hello;
    this.limits = limits;
    this.refusals = refusals;
    this.handshakes = handshakes;
  }

  void listen(EventLoopGroup loops, String host, int port) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted(channel);
                  }
                })
            .bind(new InetSocketAddress(host, port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          host
              + ":"
              + port
              + ": cannot listen: "
              + TlsFailure.text(Objects.requireNonNull(bound.cause())));
    }
    listening = bound.channel();
  }

  /** The port, or 0 if nothing listens. */
  int port() {
    Channel channel = listening;
    return channel == null ? 0 : ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private void accepted(Channel channel) {
    InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
    String address = remote.getAddress().getHostAddress();
    if (waiting.incrementAndGet() > limits.waiting()) {
      waiting.decrementAndGet();
      refusals.note(address, Refusal.TOO_MANY, limits.waiting() + " at a time");
      var _ = channel.close();
      return;
    }
    Sockets.configure(channel, tls.newHandler(channel.alloc(), handshakes), limits);
    AcceptedLink owner = new AcceptedLink(this);
    CompletableFuture<Link> link = new CompletableFuture<>();
    var _ =
        link.whenComplete(
            (made, failure) -> {
              waiting.decrementAndGet();
              if (made != null) {
                owner.greeted(made);
                links.add(owner);
              }
            });
    channel
        .pipeline()
        .addLast(
            new Greeting(
                false,
                address + ":" + remote.getPort(),
                address,
                hello,
                limits,
                refusals,
                owner,
                link));
  }

  void raftRequest(AcceptedLink from, Link link, RaftMessage exchange, Frame frame)
      throws BadFrameException {
    RaftServer server = raft;
    if (server == null) {
      AcceptedLink.sendOrClose(link, RaftServer.notStarted(link, exchange, frame.id()));
      return;
    }
    server.request(from, link, exchange, frame);
  }

  void closed(AcceptedLink link) {
    links.remove(link);
    RaftServer server = raft;
    if (server != null) {
      server.closed(link);
    }
  }

  /** Connections whose hello is done. */
  Set<AcceptedLink> links() {
    return links;
  }

  int waiting() {
    return waiting.get();
  }

  void raft(@Nullable RaftServer server) {
    raft = server;
  }

  void service(ServiceHandler handler) {
    service = handler;
  }

  @Nullable ServiceHandler service() {
    return service;
  }

  /** Stops listening. */
  void close() {
    Channel channel = listening;
    listening = null;
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
  }
}
