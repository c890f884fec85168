package io.holdfast.logstore.rpc;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's connections to the members of a log, in both directions: what it dials and what it
 * accepts. Thread-safe; the threads are its own (two to four event loops, one for the handshakes of
 * strangers, one for the ends of connections, workers as needed), and {@link #close} ends them.
 */
public final class Transport implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

  private static final int FEWEST_LOOPS = 2;
  private static final int MOST_LOOPS = 4;
  private static final int MOST_WORKERS = 32;
  private static final int WORKER_IDLE_SECONDS = 30;
  private static final int FAREWELL_SECONDS = 2;

  private final TlsMaterial tls;
  private final HelloHandler hello;
  private final Limits limits;
  private final Refusals refusals = new Refusals();
  private final EventLoopGroup loops;
  private final ExecutorService handshakes;
  private final ExecutorService workers;
  private final ExecutorService farewells;
  private final Acceptor acceptor;
  private volatile boolean closing;
  private final Set<Channel> dialled = ConcurrentHashMap.newKeySet();

  /**
   * Reads the files; listens and dials nothing yet.
   *
   * @throws IOException if something is wrong with one of the files: one line that names it and
   *     what was found
   */
  public Transport(TlsFiles tls, HelloHandler hello) throws IOException {
    this(tls, hello, Limits.defaults());
  }

  Transport(TlsFiles files, HelloHandler hello, Limits limits) throws IOException {
    this.tls = TlsMaterial.read(files);
    this.hello = hello;
    this.limits = limits;
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Math.clamp(Runtime.getRuntime().availableProcessors(), FEWEST_LOOPS, MOST_LOOPS),
            new DefaultThreadFactory("log-net", true),
            EpollIoHandler.newFactory());
    this.handshakes = pool("log-handshake", 1, new LinkedBlockingQueue<>());
    this.workers = pool("log-worker", MOST_WORKERS, new SynchronousQueue<>());
    this.farewells = pool("log-farewell", 1, new LinkedBlockingQueue<>());
    this.acceptor = new Acceptor(tls.server(), hello, limits, refusals, handshakes);
  }

  private static ExecutorService pool(String name, int most, BlockingQueue<Runnable> queue) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            most == 1 ? 1 : 0,
            most,
            WORKER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            queue,
            new DefaultThreadFactory(name, true));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Accepts connections.
   *
   * @param port 0 for any
   * @throws IOException if the address cannot be had; one line
   */
  public void listen(String host, int port) throws IOException {
    acceptor.listen(loops, host, port);
    LOG.debug("listens at {}:{}", host, port());
  }

  /** The port that it listens at, 0 while it does not. */
  public int port() {
    return acceptor.port();
  }

  /** Who answers frames of types 64 to 127; until then they end the connection. */
  public void service(ServiceHandler handler) {
    acceptor.service(handler);
  }

  /**
   * Connects to a service.
   *
   * @param host name or address, which the server's certificate must carry
   * @param timeout for TCP's part; TLS and hello have 5 s
   * @return the channel when the hello is done, completed on an event loop; or an {@link
   *     IOException} that says what failed
   */
  public CompletableFuture<ServiceChannel> connect(
      String host, int port, Duration timeout, ServiceListener listener) {
    return dial(host, port, timeout, new ServiceChannel.Listening(listener))
        .thenApply(ServiceChannel::new);
  }

  CompletableFuture<Link> dial(String host, int port, Duration timeout, Link.Owner owner) {
    CompletableFuture<Link> link = new CompletableFuture<>();
    // A name may take the resolver seconds: not on an event loop, nor on the caller's thread.
    Runnable dial = () -> dialResolved(host, port, timeout, owner, link);
    try {
      workers.execute(dial);
    } catch (RejectedExecutionException e) {
      link.completeExceptionally(new IOException(host + ":" + port + ": no thread to dial it", e));
    }
    return link;
  }

  private void dialResolved(
      String host, int port, Duration timeout, Link.Owner owner, CompletableFuture<Link> link) {
    String remote = host + ":" + port;
    InetSocketAddress address;
    try {
      address = new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      link.completeExceptionally(new IOException(remote + ": no such host", e));
      return;
    }
    ChannelInitializer<Channel> initializer =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            dialled.add(channel);
            channel.closeFuture().addListener(closed -> dialled.remove(channel));
            Sockets.configure(
                channel, tls.client().newHandler(channel.alloc(), host, port), limits);
            channel
                .pipeline()
                .addLast(new Greeting(true, remote, remote, hello, limits, refusals, owner, link));
          }
        };
    if (closing) {
      link.completeExceptionally(new IOException(remote + ": the transport is closed"));
      return;
    }
    try {
      new Bootstrap()
          .group(loops)
          .channel(EpollSocketChannel.class)
          .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
          .handler(initializer)
          .connect(address)
          .addListener(
              connected -> {
                if (!connected.isSuccess()) {
                  link.completeExceptionally(connected.cause());
                }
              });
    } catch (IllegalStateException | RejectedExecutionException e) {
      link.completeExceptionally(new IOException(remote + ": the transport is closed", e));
    }
  }

  Acceptor acceptor() {
    return acceptor;
  }

  Refusals refusals() {
    return refusals;
  }

  /** Runs what names no executor of its own; more than 32 at a time are rejected. */
  Executor workers() {
    return workers;
  }

  /**
   * Tells the ends of connections, which may wait, one after another. Rejects nothing before the
   * transport is closed, however busy the workers are: what waits in its queue is a word or two for
   * each connection that has ended.
   */
  Executor farewells() {
    return farewells;
  }

  /** Closes all connections and ends all threads; blocks for 2 s at most. */
  @Override
  public void close() {
    acceptor.close();
    acceptor.links().forEach(AcceptedLink::close);
    for (Channel each : dialled) {
      var _ = each.close();
    }
    closing = true;
    loops
        .shutdownGracefully(0, FAREWELL_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(FAREWELL_SECONDS, TimeUnit.SECONDS);
    workers.shutdown();
    farewells.shutdown();
    handshakes.shutdown();
  }
}
