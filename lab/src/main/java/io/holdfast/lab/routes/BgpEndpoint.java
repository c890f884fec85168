package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.message.BgpFrameDecoder;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.Decoded;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.Malformed;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A BGP session over a plain blocking socket: IPv4 unicast, four-octet AS numbers, hold and
 * keepalive timers, nothing else. Any thread may send.
 */
public final class BgpEndpoint implements Closeable {
  private static final int CHUNK = 1 << 16;
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofMillis(200);

  /**
   * Who we are, and whom to talk to.
   *
   * @param local source address, or the one to listen on; null for any
   * @param remote the peer; when listening, the only one that is accepted
   * @param port to connect to, or to listen on
   * @param asn ours
   * @param bgpIdentifier ours, not 0
   * @param holdTime seconds, 0 or at least 3
   */
  public record Settings(
      @Nullable InetAddress local,
      InetAddress remote,
      int port,
      long asn,
      int bgpIdentifier,
      int holdTime) {}

  /** What the session reports, on its reading thread. */
  public interface Listener {
    /** A message other than KEEPALIVE, in Established. */
    void message(BgpMessage message);

    /** The session is over; called once. */
    void ended(String reason);
  }

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final ReentrantLock writing = new ReentrantLock();
  private final BgpFrameDecoder frames = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
  private final byte[] chunk = new byte[CHUNK];
  private final ScheduledExecutorService timers =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private SessionOptions options = SessionOptions.INITIAL;
  private @Nullable Open peer;
  private boolean established;
  private @Nullable String failure;
  private int holdTime;
  private volatile boolean closed;

  private BgpEndpoint(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  /**
   * Opens a session, again and again until it is Established or the time is over.
   *
   * @throws IOException with the reason of the last attempt
   */
  public static BgpEndpoint connect(Settings settings, Duration patience, Listener listener)
      throws IOException {
    return retry(patience, deadline -> session(connected(settings), settings, listener));
  }

  /** Waits for a session that the peer opens; otherwise as {@link #connect}. */
  public static BgpEndpoint accept(Settings settings, Duration patience, Listener listener)
      throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(settings.local(), settings.port()));
      return retry(
          patience, deadline -> session(accepted(server, settings, deadline), settings, listener));
    }
  }

  private interface Attempt {
    BgpEndpoint run(long deadline) throws IOException;
  }

  private static BgpEndpoint retry(Duration patience, Attempt attempt) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return attempt.run(deadline);
      } catch (IOException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        LockSupport.parkNanos(RETRY.toNanos());
      }
    }
  }

  private static Socket connected(Settings settings) throws IOException {
    Socket socket = new Socket();
    try {
      if (settings.local() != null) {
        socket.bind(new InetSocketAddress(settings.local(), 0));
      }
      socket.connect(
          new InetSocketAddress(settings.remote(), settings.port()), (int) HANDSHAKE.toMillis());
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket accepted(ServerSocket server, Settings settings, long deadline)
      throws IOException {
    while (true) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      server.setSoTimeout((int) Math.max(1, left));
      Socket socket = server.accept();
      if (socket.getInetAddress().equals(settings.remote())) {
        return socket;
      }
      socket.close();
    }
  }

  private static BgpEndpoint session(Socket socket, Settings settings, Listener listener)
      throws IOException {
    BgpEndpoint endpoint = new BgpEndpoint(socket);
    try {
      endpoint.handshake(settings);
    } catch (IOException e) {
      endpoint.abort();
      throw e;
    }
    endpoint.run(listener);
    return endpoint;
  }

  /** OPEN and KEEPALIVE both ways; what comes behind the peer's KEEPALIVE stays in the decoder. */
  private void handshake(Settings settings) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) HANDSHAKE.toMillis());
    send(
        Open.of(
            settings.asn(),
            settings.holdTime(),
            settings.bgpIdentifier(),
            List.of(AfiSafi.IPV4_UNICAST)));
    while (peer == null || !established) {
      // One message at a time: the first UPDATE must find the listener in place.
      ByteBuf message = Unpooled.wrappedBuffer(readMessage());
      switch (MessageCodec.decode(message, options)) {
        case Open open -> opened(open, settings);
        case Keepalive keepalive -> established = peer != null;
        case Notification notification ->
            throw new IOException("peer says: " + notification.text());
        case Malformed(MessageError error) -> {
          send(Notification.of(error));
          throw new IOException(error.detail());
        }
        case BgpMessage other -> throw new IOException("unexpected " + other);
      }
    }
  }

  private byte[] readMessage() throws IOException {
    byte[] header = in.readNBytes(BgpMessage.HEADER_LENGTH);
    if (header.length < BgpMessage.HEADER_LENGTH) {
      throw new IOException("peer closed the connection in the handshake");
    }
    int length = Unpooled.wrappedBuffer(header).getUnsignedShort(16);
    byte[] whole = new byte[Math.max(length, header.length)];
    System.arraycopy(header, 0, whole, 0, header.length);
    in.readNBytes(whole, header.length, whole.length - header.length);
    return whole;
  }

  private void opened(Open open, Settings settings) throws IOException {
    peer = open;
    holdTime = Math.min(open.holdTime(), settings.holdTime());
    options = SessionOptions.of(open.fourOctetAs(), open.asn() == settings.asn());
    send(new Keepalive());
  }

  private void run(Listener listener) throws IOException {
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(holdTime));
    if (holdTime > 0) {
      long interval = TimeUnit.SECONDS.toMillis(holdTime) / 3;
      var _ =
          timers.scheduleAtFixedRate(this::keepAlive, interval, interval, TimeUnit.MILLISECONDS);
    }
    Thread.ofPlatform().daemon().name("bgp-endpoint").start(() -> read(listener));
  }

  private void keepAlive() {
    try {
      send(new Keepalive());
    } catch (IOException e) {
      // The reading thread sees the same end and reports it.
      abort();
    }
  }

  private void read(Listener listener) {
    String reason;
    try {
      reason = "peer closed the connection";
      int count = in.read(chunk);
      while (count > 0 && failure == null) {
        MessageError error =
            frames.feed(Unpooled.wrappedBuffer(chunk, 0, count), whole -> handle(whole, listener));
        if (error != null) {
          fail(error);
        }
        count = failure == null ? in.read(chunk) : -1;
      }
      reason = failure != null ? failure : reason;
    } catch (SocketTimeoutException e) {
      reason = "hold timer expired";
      farewell(Notification.of(NotificationCode.HOLD_TIMER_EXPIRED));
    } catch (IOException e) {
      reason = closed ? "closed here" : String.valueOf(e.getMessage());
    }
    abort();
    listener.ended(reason);
  }

  private boolean handle(ByteBuf whole, Listener listener) {
    Decoded decoded = MessageCodec.decode(whole, options);
    switch (decoded) {
      case Keepalive keepalive -> {}
      case Malformed(MessageError error) -> fail(error);
      case Notification notification -> {
        failure = "peer says: " + notification.text();
        listener.message(notification);
      }
      case BgpMessage message -> listener.message(message);
    }
    return failure == null;
  }

  private void fail(MessageError error) {
    failure = error.detail();
    farewell(Notification.of(error));
  }

  private void farewell(Notification notification) {
    try {
      send(notification);
    } catch (IOException e) {
      // The session ends either way, for the reason that is reported.
      closed = true;
    }
  }

  /** The peer's OPEN. */
  public Open peer() {
    Open open = peer;
    if (open == null) {
      throw new IllegalStateException("not Established");
    }
    return open;
  }

  /** What was negotiated. */
  public SessionOptions options() {
    return options;
  }

  /** Sends a message. */
  public void send(BgpMessage message) throws IOException {
    ByteBuf encoded = Unpooled.buffer(64);
    MessageCodec.encode(message, options, encoded);
    byte[] bytes = new byte[encoded.readableBytes()];
    encoded.readBytes(bytes);
    send(bytes);
  }

  /** Sends whole messages, blocking as long as TCP does; keepalives go between them when due. */
  public void send(byte[] messages) throws IOException {
    int from = 0;
    while (from < messages.length) {
      int to = from;
      int next = from;
      while (next < messages.length && next - from <= CHUNK) {
        to = next + ((messages[next + 16] & 0xFF) << 8 | (messages[next + 17] & 0xFF));
        next = to;
      }
      writing.lock();
      try {
        out.write(messages, from, to - from);
      } finally {
        writing.unlock();
      }
      from = to;
    }
  }

  /** Says goodbye (Cease, Administrative Shutdown) and closes. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      farewell(new Notification(6, 2, Bytes.EMPTY));
      abort();
    }
  }

  /** Closes without a word. */
  public void abort() {
    timers.shutdownNow();
    try {
      socket.close();
    } catch (IOException e) {
      closed = true;
    }
  }
}
