package io.holdfast.failover.north.client;

import io.holdfast.failover.north.CloseMode;
import io.holdfast.failover.north.NorthCodec;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The speaker's end of the north channel. All methods but {@link #open} and {@link #close} belong
 * to the event loop's thread, and throw {@link IllegalStateException} on another. What is sent
 * while there is no attachment (before {@code welcome}, after {@code lost}) is dropped: it would be
 * of an epoch that is over.
 */
public final class NorthClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NorthClient.class);

  /** Between two heartbeats, and between two attempts to connect, in milliseconds. */
  static final long BEAT_MILLIS = 100;

  private static final int RECEIVE_BUFFER = 512 << 10;

  private final EventLoop loop;
  private final Path socket;
  private final String build;
  private final NorthEvents events;
  private final Runnable flush = this::flush;
  private final Runnable connect = this::connect;
  private ServiceSpec service;
  private @Nullable Attachment attachment;
  private boolean flushPending;
  private boolean waiting;
  private volatile boolean closed;

  private NorthClient(
      EventLoop loop, Path socket, ServiceSpec service, String build, NorthEvents events) {
    this.loop = loop;
    this.socket = socket;
    this.service = service;
    this.build = build;
    this.events = events;
  }

  /**
   * Starts to connect, each 100 ms until failoverd is there; returns at once.
   *
   * @param loop of an epoll group ({@code EpollIoHandler}); it becomes the folding thread
   * @param build what this speaker calls itself, at most 255 bytes
   */
  public static NorthClient open(
      EventLoop loop, Path socket, ServiceSpec service, String build, NorthEvents events) {
    NorthClient client = new NorthClient(loop, socket, service, build, events);
    loop.execute(client.connect);
    return client;
  }

  /** Registers another list of peers or port, from now on (and at each attachment to come). */
  public void register(ServiceSpec another) {
    checkThread();
    service = another;
    Attachment current = attachment;
    if (current != null) {
      write(NorthCodec.register(current.alloc(), another));
    }
  }

  /**
   * Sends whole messages to each of these connections, logged once.
   *
   * @param connections 1 to 4,096
   * @param wholeMessages 1 to 65,536 bytes; taken over (released in the end), not copied
   * @param last nothing follows on these connections
   */
  public void send(long[] connections, ByteBuf wholeMessages, boolean last) {
    Attachment current = forOutput(wholeMessages);
    if (current != null) {
      ByteBuf header;
      try {
        header =
            NorthCodec.outputHeader(
                current.alloc(),
                current.sequence() + 1,
                last,
                connections,
                wholeMessages.readableBytes());
      } catch (IllegalArgumentException e) {
        wholeMessages.release();
        throw e;
      }
      output(current, header, wholeMessages);
    }
  }

  /** As above, to one connection. */
  public void send(long connection, ByteBuf wholeMessages, boolean last) {
    Attachment current = forOutput(wholeMessages);
    if (current != null) {
      ByteBuf header;
      try {
        header =
            NorthCodec.outputHeader(
                current.alloc(),
                current.sequence() + 1,
                last,
                connection,
                wholeMessages.readableBytes());
      } catch (IllegalArgumentException e) {
        wholeMessages.release();
        throw e;
      }
      output(current, header, wholeMessages);
    }
  }

  /** The attachment to send on, or null, and then the messages are released. */
  private @Nullable Attachment forOutput(ByteBuf wholeMessages) {
    checkThread();
    Attachment current = welcomed();
    if (current == null) {
      wholeMessages.release();
    }
    return current;
  }

  private void output(Attachment current, ByteBuf header, ByteBuf wholeMessages) {
    current.countOutput();
    write(header);
    write(wholeMessages);
  }

  /**
   * Asks for a connection. It comes as an OPENED record that names the request, or as {@link
   * NorthEvents#connectFailed}.
   *
   * @param request chosen by the caller, greater than 0
   * @param local our address, or the wildcard of the family
   * @param ttl 1 to 255, or 0: the system's default
   */
  public void connect(long request, Endpoint remote, InetAddress local, int ttl) {
    checkThread();
    Attachment current = welcomed();
    if (current != null) {
      write(NorthCodec.connect(current.alloc(), request, remote, local, ttl));
    }
  }

  /** Closes a connection, or aborts it. */
  public void close(long connection, CloseMode mode) {
    checkThread();
    Attachment current = welcomed();
    if (current != null) {
      write(NorthCodec.close(current.alloc(), connection, mode));
    }
  }

  /** Tells the stand-in what to do for a connection; {@link Armed#OFF} disarms. */
  public void arm(long connection, Armed armed) {
    checkThread();
    Attachment current = welcomed();
    if (current != null) {
      write(NorthCodec.arm(current.alloc(), connection, armed));
    }
  }

  /** Puts a fact of ours into the log, at most 1 MiB; it comes back as a NOTED record. */
  public void note(byte[] bytes) {
    checkThread();
    Attachment current = welcomed();
    if (current != null) {
      write(NorthCodec.note(current.alloc(), bytes));
    }
  }

  /**
   * The fold has passed our own ATTACHED record. Called inside {@link NorthEvents#record} failoverd
   * is told as soon as that record's call has returned, else at once.
   */
  public void becameActive() {
    checkThread();
    Attachment current = welcomed();
    if (current != null) {
      current.becameActive();
    }
  }

  /** Up to which offset (exclusively) we may send on this connection; 0 if nothing is known. */
  public long credit(long connection) {
    checkThread();
    Attachment current = welcomed();
    return current == null ? 0 : current.credit(connection);
  }

  /** Whether an attachment exists (between {@code welcome} and {@code lost}). */
  public boolean attached() {
    checkThread();
    return welcomed() != null;
  }

  /**
   * Closes the channel and retries no more; any thread, returns at once. No callback begins after
   * it but one that is already on its way.
   */
  @Override
  public void close() {
    closed = true;
    if (loop.isShuttingDown()) {
      return;
    }
    loop.execute(
        () -> {
          Attachment current = attachment;
          if (current != null) {
            current.lose("closed by ourselves");
          }
        });
  }

  boolean closed() {
    return closed;
  }

  ServiceSpec service() {
    return service;
  }

  String build() {
    return build;
  }

  /** The channel is closed. Another attempt follows, unless this was the end. */
  void over(Attachment ended) {
    if (attachment == ended) {
      attachment = null;
    }
    retry();
  }

  private @Nullable Attachment welcomed() {
    Attachment current = attachment;
    return current != null && current.welcomed() ? current : null;
  }

  private void connect() {
    if (closed) {
      return;
    }
    Attachment next = new Attachment(this, events);
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainSocketChannel.class)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(1 << 10, 64 << 10, RECEIVE_BUFFER))
            .option(ChannelOption.SO_SNDBUF, 1 << 20)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(next);
                  }
                })
            .connect(new DomainSocketAddress(socket.toFile()));
    attachment = next;
    var _ =
        connecting.addListener(
            future -> {
              if (future.isSuccess()) {
                waiting = false;
              } else {
                waits(future.cause());
                over(next);
              }
            });
  }

  /** Said once for each time of waiting. */
  private void waits(Throwable cause) {
    if (!waiting) {
      waiting = true;
      LOG.info("waiting for failoverd at {}: {}", socket, cause.getMessage());
    }
  }

  private void retry() {
    if (!closed && !loop.isShuttingDown()) {
      var _ = loop.schedule(connect, BEAT_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Writes what is said in one turn of the loop in one go. */
  private void write(ByteBuf part) {
    Attachment current = attachment;
    if (current == null) {
      part.release();
      return;
    }
    current.write(part);
    if (!flushPending) {
      flushPending = true;
      loop.execute(flush);
    }
  }

  private void flush() {
    flushPending = false;
    Attachment current = attachment;
    if (current != null) {
      current.flush();
    }
  }

  private void checkThread() {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException(
          "the north client belongs to its event loop, not to " + Thread.currentThread().getName());
    }
  }
}
