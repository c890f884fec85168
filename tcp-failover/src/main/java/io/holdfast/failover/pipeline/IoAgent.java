package io.holdfast.failover.pipeline;

import com.lmax.disruptor.RingBuffer;
import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.FourTuple;
import io.holdfast.failover.linux.Epoll;
import io.holdfast.failover.linux.Errno;
import io.holdfast.failover.linux.EventFd;
import io.holdfast.failover.linux.LinuxException;
import io.holdfast.failover.linux.NetfilterQueue;
import io.holdfast.failover.linux.NetlinkMonitor;
import io.holdfast.failover.linux.TcpSockets;
import io.holdfast.failover.records.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent that waits in epoll: for segments in the netfilter queue, for the sockets, for changes
 * of the rules, for time. It turns each into an event of the ring (waiting while that is full) and
 * decides nothing. It owns every descriptor's life: only here is one opened or closed.
 */
final class IoAgent implements Runnable {
  /** Milliseconds between TICK events. */
  static final int TICK_MILLIS = 100;

  /** How long the kernel may try to connect. */
  static final long CONNECT_NANOS = 15_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(IoAgent.class);
  private static final long QUEUE = -1;
  private static final long WAKE = -2;
  private static final long RULES = -3;
  private static final int READS_A_TURN = 4;
  private static final int BACKLOG = 128;

  private enum Kind {
    LISTENER,
    CONNECTING,
    CONNECTION
  }

  /** A descriptor in our care. */
  private static final class Watched {
    final int fd;
    Kind kind;
    @Nullable Connection connection;
    long request;
    long startedNanos;
    boolean wantsRoom;
    boolean ended;
    int interest = -1;

    Watched(int fd, Kind kind) {
      this.fd = fd;
      this.kind = kind;
    }
  }

  private final RingBuffer<FailoverEvent> ring;
  private final NetfilterQueue queue;
  private final NetlinkMonitor rules;
  private final Runnable rulesChanged;
  private final SegmentReader segments;
  private final TcpSockets sockets = new TcpSockets();
  private final Epoll epoll;
  private final EventFd wake;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private ByteBuffer spare = FailoverEvent.newPayload();
  private @Nullable Watched[] watched = new @Nullable Watched[64];
  private final List<Connection> departed = new ArrayList<>();
  private boolean paused;
  private volatile boolean stopped;

  IoAgent(
      RingBuffer<FailoverEvent> ring,
      NetfilterQueue queue,
      NetlinkMonitor rules,
      Runnable rulesChanged)
      throws LinuxException {
    this.ring = ring;
    this.queue = queue;
    this.rules = rules;
    this.rulesChanged = rulesChanged;
    this.segments = new SegmentReader(ring);
    this.epoll = Epoll.create(256);
    this.wake = EventFd.create();
    epoll.add(queue.fd(), Epoll.IN, QUEUE);
    epoll.add(wake.fd(), Epoll.IN, WAKE);
    epoll.add(rules.fd(), Epoll.IN, RULES);
  }

  // ---- commands, from any thread ----

  private void command(Runnable command) {
    commands.add(command);
    wake.wake();
  }

  void startReading(Connection connection, int fd) {
    command(
        () -> {
          Watched w = watch(fd, Kind.CONNECTION);
          w.kind = Kind.CONNECTION;
          w.connection = connection;
          refresh(w);
        });
  }

  void awaitRoom(int fd) {
    command(
        () -> {
          Watched w = find(fd);
          if (w != null) {
            w.wantsRoom = true;
            refresh(w);
          }
        });
  }

  void reportError(int fd, int errno) {
    command(
        () -> {
          Watched w = find(fd);
          if (w != null && w.connection != null) {
            failed(w, errno);
          }
        });
  }

  void close(int fd, boolean reset, @Nullable Connection connection) {
    command(
        () -> {
          closeNow(fd, reset);
          if (connection != null) {
            departed.add(connection);
          }
        });
  }

  /** With the next tick: the segments that its socket still made have been read until then. */
  private void departed(Connection connection) {
    long slot = ring.next();
    try {
      FailoverEvent event = ring.get(slot);
      event.type = EventType.DEPARTED;
      event.connection = connection;
    } finally {
      ring.publish(slot);
    }
  }

  void pauseReading(boolean pause) {
    command(
        () -> {
          paused = pause;
          for (Watched w : watched) {
            if (w != null && w.kind == Kind.CONNECTION) {
              refresh(w);
            }
          }
        });
  }

  void connect(long request, Endpoint remote, InetAddress local, int ttl) {
    command(() -> connectNow(request, remote, local, ttl));
  }

  /** Answers a request to connect as the kernel would that refused it. */
  void refuseToConnect(long request, int errno) {
    command(() -> notConnected(request, errno));
  }

  /** Listens on this port for the families of these addresses; what was listened on is closed. */
  void listen(int port, List<InetAddress> wildcards, Alarms alarms) {
    command(() -> listenNow(port, wildcards, alarms));
  }

  /** Runs it on this agent's thread, behind what was commanded before. */
  void then(Runnable what) {
    command(what);
  }

  /** A connection has a socket again; behind the segments that were read before. */
  void restored(Connection connection, int fd, long acknowledged, int tsval) {
    command(
        () ->
            ring.publishEvent(
                (event, _) -> {
                  event.type = EventType.RESTORED;
                  event.connection = connection;
                  event.descriptor = fd;
                  event.number = acknowledged;
                  event.timestampValue = tsval;
                }));
  }

  /** A connection will not have a socket again. */
  void lost(Connection connection, int errno) {
    command(
        () ->
            ring.publishEvent(
                (event, _) -> {
                  event.type = EventType.LOST;
                  event.connection = connection;
                  event.errno = errno;
                }));
  }

  void stop() {
    stopped = true;
    wake.wake();
  }

  // ---- the loop ----

  /** A defect of ours ends the process: a deaf failoverd that looks alive would be worse. */
  @Override
  public void run() {
    try {
      loop();
    } catch (RuntimeException | Error e) {
      LOG.error("the io agent failed; failoverd ends", e);
      Runtime.getRuntime().halt(70);
    }
  }

  private void loop() {
    long nextTick = System.nanoTime();
    while (!stopped) {
      long left = nextTick - System.nanoTime();
      int ready = epoll.await(left <= 0 ? 0 : (int) (left / 1_000_000) + 1);
      for (int i = 0; i < ready; i++) {
        dispatch(epoll.token(i), epoll.events(i));
      }
      for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
        next.run();
      }
      long now = System.nanoTime();
      if (now - nextTick >= 0) {
        nextTick = now + TICK_MILLIS * 1_000_000L;
        tick(now);
      }
    }
    end();
  }

  private void dispatch(long token, int events) {
    if (token == QUEUE) {
      segments();
    } else if (token == WAKE) {
      wake.drain();
    } else if (token == RULES) {
      rules();
    } else {
      Watched w = find((int) token);
      if (w != null) {
        ready(w, events);
      }
    }
  }

  private void segments() {
    try {
      queue.receive(segments);
    } catch (LinuxException e) {
      LOG.error("the netfilter queue failed; failoverd ends", e);
      Runtime.getRuntime().halt(70);
    }
  }

  private void rules() {
    try {
      if (rules.drain()) {
        rulesChanged.run();
      }
    } catch (LinuxException e) {
      LOG.warn("changes of the rules may have been missed", e);
      rulesChanged.run();
    }
  }

  private void ready(Watched w, int events) {
    switch (w.kind) {
      case LISTENER -> accept(w);
      case CONNECTING -> decided(w);
      case CONNECTION -> {
        if ((events & Epoll.OUT) != 0 && w.wantsRoom) {
          w.wantsRoom = false;
          refresh(w);
          publish(EventType.ROOM, w, 0);
        }
        if ((events & (Epoll.IN | Epoll.ERROR | Epoll.HANGUP)) != 0 && !w.ended) {
          read(w);
        }
      }
    }
  }

  private void read(Watched w) {
    for (int i = 0; i < READS_A_TURN; i++) {
      int answer = sockets.read(w.fd, spare, FailoverEvent.HEADROOM, FailoverEvent.MAX_BYTES);
      if (answer > 0) {
        publishRead(w, answer);
      } else if (answer != -Errno.EAGAIN && answer != -Errno.EINTR) {
        w.ended = true;
        refresh(w);
        publish(answer == 0 ? EventType.PEER_FIN : EventType.SOCKET_ERROR, w, -answer);
      }
      if (answer < FailoverEvent.MAX_BYTES) {
        return;
      }
    }
  }

  private void publishRead(Watched w, int length) {
    long slot = ring.next();
    try {
      FailoverEvent event = ring.get(slot);
      event.type = EventType.READ;
      event.connection = w.connection;
      event.length = length;
      spare = event.exchange(spare);
    } finally {
      ring.publish(slot);
    }
  }

  private void failed(Watched w, int errno) {
    w.ended = true;
    w.wantsRoom = false;
    refresh(w);
    publish(EventType.SOCKET_ERROR, w, errno);
  }

  private void publish(EventType type, Watched w, int errno) {
    long slot = ring.next();
    try {
      FailoverEvent event = ring.get(slot);
      event.type = type;
      event.connection = w.connection;
      event.descriptor = w.fd;
      event.number = w.request;
      event.errno = errno;
    } finally {
      ring.publish(slot);
    }
  }

  // ---- handshakes ----

  private void accept(Watched listener) {
    int fd = sockets.accept(listener.fd);
    for (; fd >= 0; fd = sockets.accept(listener.fd)) {
      try {
        publishEnds(EventType.ACCEPTED, fd, 0, sockets.acceptedPeer());
      } catch (LinuxException e) {
        sockets.closeReset(fd); // the kernel does not know its name any more
      }
    }
    if (fd == -Errno.EMFILE || fd == -Errno.ENFILE) {
      LOG.warn("no descriptor is left for a connection that waits to be accepted");
      listener.ended = true; // it would be told again and again; the next tick tries again
      refresh(listener);
    }
  }

  private void connectNow(long request, Endpoint remote, InetAddress local, int ttl) {
    int fd = Connection.NONE;
    try {
      InetSocketAddress to = remote.socketAddress();
      fd = sockets.connect(local.isAnyLocalAddress() ? null : local, to, ttl);
      publishEnds(EventType.CONNECTING, fd, request, to);
      Watched w = watch(fd, Kind.CONNECTING);
      w.request = request;
      w.startedNanos = System.nanoTime();
      refresh(w);
    } catch (LinuxException e) {
      if (fd != Connection.NONE) {
        closeNow(fd, true);
      }
      notConnected(request, e.errno());
    }
  }

  private void notConnected(long request, int errno) {
    Watched none = new Watched(Connection.NONE, Kind.CONNECTING);
    none.request = request;
    publish(EventType.CONNECTED, none, errno);
  }

  private void publishEnds(EventType type, int fd, long request, InetSocketAddress remote)
      throws LinuxException {
    InetSocketAddress local = sockets.localAddress(fd);
    FourTuple key =
        FourTuple.of(local.getAddress(), local.getPort(), remote.getAddress(), remote.getPort());
    long slot = ring.next();
    try {
      FailoverEvent event = ring.get(slot);
      event.type = type;
      event.descriptor = fd;
      event.number = request;
      event.key.set(key);
    } finally {
      ring.publish(slot);
    }
  }

  private void decided(Watched w) {
    int error = sockets.soError(w.fd);
    forget(w);
    publish(EventType.CONNECTED, w, Math.abs(error));
  }

  private void listenNow(int port, List<InetAddress> wildcards, Alarms alarms) {
    for (Watched w : watched.clone()) {
      if (w != null && w.kind == Kind.LISTENER) {
        closeNow(w.fd, true);
      }
    }
    for (InetAddress wildcard : wildcards) {
      try {
        int fd = sockets.listen(wildcard, port, BACKLOG);
        refresh(watch(fd, Kind.LISTENER));
      } catch (LinuxException e) {
        alarms.raise("cannot listen on port " + port + ": " + e.getMessage());
      }
    }
  }

  // ---- descriptors ----

  private void tick(long now) {
    for (int i = 0; i < watched.length; i++) {
      Watched w = watched[i];
      if (w != null && w.kind == Kind.CONNECTING && now - w.startedNanos > CONNECT_NANOS) {
        forget(w);
        publish(EventType.CONNECTED, w, Errno.ETIMEDOUT);
      } else if (w != null && w.kind == Kind.LISTENER && w.ended) {
        w.ended = false;
        refresh(w);
      }
    }
    departed.forEach(this::departed);
    departed.clear();
    ring.publishEvent((event, _) -> event.type = EventType.TICK);
  }

  private @Nullable Watched find(int fd) {
    return fd >= 0 && fd < watched.length ? watched[fd] : null;
  }

  private Watched watch(int fd, Kind kind) {
    if (fd >= watched.length) {
      @Nullable Watched[] wider = new @Nullable Watched[Math.max(fd + 1, 2 * watched.length)];
      System.arraycopy(watched, 0, wider, 0, watched.length);
      watched = wider;
    }
    Watched w = watched[fd];
    if (w == null) {
      w = new Watched(fd, kind);
      watched[fd] = w;
    }
    return w;
  }

  private void forget(Watched w) {
    unwatch(w);
    watched[w.fd] = null;
  }

  private void closeNow(int fd, boolean reset) {
    Watched w = find(fd);
    if (w != null) {
      forget(w);
    }
    if (reset) {
      sockets.closeReset(fd);
    } else {
      sockets.closeOrderly(fd);
    }
  }

  /** Brings the kernel's interest in line with what we want to hear. */
  private void refresh(Watched w) {
    int wanted =
        switch (w.kind) {
          case LISTENER -> w.ended ? 0 : Epoll.IN;
          case CONNECTING -> Epoll.OUT;
          case CONNECTION -> (w.ended || paused ? 0 : Epoll.IN) | (w.wantsRoom ? Epoll.OUT : 0);
        };
    if (wanted == w.interest) {
      return;
    }
    try {
      if (wanted == 0) {
        unwatch(w); // an error or a hang-up would be told again and again
      } else if (w.interest <= 0) {
        epoll.add(w.fd, wanted, w.fd);
      } else {
        epoll.modify(w.fd, wanted, w.fd);
      }
      w.interest = wanted;
    } catch (LinuxException e) {
      LOG.error("epoll refuses descriptor {}", w.fd, e);
    }
  }

  private void unwatch(Watched w) {
    if (w.interest > 0) {
      try {
        epoll.remove(w.fd);
      } catch (LinuxException e) {
        LOG.error("epoll does not know descriptor {}", w.fd, e);
      }
    }
    w.interest = 0;
  }

  private void end() {
    List<Watched> left = new ArrayList<>();
    for (Watched w : watched) {
      if (w != null) {
        left.add(w);
      }
    }
    left.forEach(w -> closeNow(w.fd, true));
    epoll.close();
    wake.close();
  }
}
