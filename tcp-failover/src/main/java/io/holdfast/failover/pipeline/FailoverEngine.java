package io.holdfast.failover.pipeline;

import com.lmax.disruptor.RingBuffer;
import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.linux.Errno;
import io.holdfast.failover.linux.NetfilterQueue;
import io.holdfast.failover.linux.NetlinkMonitor;
import io.holdfast.failover.linux.TcpSockets;
import io.holdfast.failover.north.Admission;
import io.holdfast.failover.north.NorthServer;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.PeerSpec;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.log.Log;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The failover layer as one thing that can be started and stopped: ring, pipeline, io agent, north
 * channel, rules. It runs in the network namespace of its process.
 */
public final class FailoverEngine implements AutoCloseable {
  /** Segments that may wait for a verdict: what comes on top is dropped by the kernel. */
  static final int QUEUE_LENGTH = 8192;

  /** What stays in the log behind the oldest open connection, for those who look back. */
  static final long RETAINED = 256L << 20;

  private static final long COMMIT_PATIENCE_NANOS = 30_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(FailoverEngine.class);

  /**
   * What the configuration says.
   *
   * @param northSocket where speakers attach
   * @param queue number of the netfilter queue
   * @param ringSlots a power of two, 64 or more
   * @param standInLimit how long heartbeats are sent in a speaker's name
   */
  public record Options(Path northSocket, int queue, int ringSlots, Duration standInLimit) {}

  private final Log log;
  private final Alarms alarms;
  private final NetfilterQueue queue;
  private final NetlinkMonitor monitor;
  private final RulesKeeper rules;
  private final IoAgent io;
  private final Thread ioThread;
  private final NorthServer north;
  private final Pipeline pipeline;

  private FailoverEngine(
      Options options, Log log, Alarms alarms, Function<FailoverEngine, SpeakerWatch> watch)
      throws IOException {
    this.log = log;
    this.alarms = alarms;
    int lost = OpenConnections.endAll(log);
    awaitCommit(log);
    if (lost > 0) {
      alarms.raise(
          lost + " connections of an earlier failoverd are over: this build restores none");
    }
    this.queue = NetfilterQueue.open(options.queue(), QUEUE_LENGTH);
    this.monitor = NetlinkMonitor.open();
    this.rules = new RulesKeeper(options.queue(), alarms);
    RingBuffer<FailoverEvent> ring = Pipeline.ring(options.ringSlots());
    this.io = new IoAgent(ring, queue, monitor, rules::check);
    this.north =
        NorthServer.open(
            options.northSocket(),
            log,
            new NorthIngress(ring),
            Admission.standard(),
            alarms::raise);
    this.pipeline =
        Pipeline.start(
            ring,
            new Pipeline.Ends(log, queue, new Commands(), new North(), watch.apply(this), alarms),
            options.standInLimit());
    this.ioThread = Thread.ofPlatform().name("io").start(io);
  }

  /** Nothing may answer for those connections before their end is stable. */
  private static void awaitCommit(Log log) throws IOException {
    long deadline = System.nanoTime() + COMMIT_PATIENCE_NANOS;
    try {
      while (log.committed() < log.appended()) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("the log does not commit: " + log.status());
        }
        log.flush();
        TimeUnit.MILLISECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the log was committing", e);
    }
  }

  /**
   * Starts it all. What an earlier instance left open in the log is ended there first.
   *
   * @param watch made when the engine can already be asked
   * @throws IOException with a line for the operator: the queue is taken, a privilege is missing
   */
  public static FailoverEngine start(
      Options options, Log log, Alarms alarms, Function<FailoverEngine, SpeakerWatch> watch)
      throws IOException {
    return new FailoverEngine(options, log, alarms, watch);
  }

  /** A snapshot, taken on the pipeline's thread. */
  public CompletableFuture<FailoverSnapshot> snapshot() {
    return pipeline.ask(() -> FailoverSnapshot.of(pipeline.state(), log, queue, alarms));
  }

  /**
   * Lets the log drop what no speaker and nobody who looks back will need.
   *
   * @param housekeeping deletes the files: that can take milliseconds, which the pipeline has not
   */
  public void trim(Executor housekeeping) {
    var _ =
        pipeline
            .ask(() -> pipeline.state().replayStart(log.appended()))
            .thenAcceptAsync(
                start -> log.trim(Math.max(log.first(), start - RETAINED)), housekeeping);
  }

  /**
   * Says goodbye to the peers, removes the rules, ends every thread. After it nothing of this
   * instance is left in the kernel.
   */
  @Override
  public void close() {
    try {
      pipeline
          .ask(
              () -> {
                pipeline.standIn().farewell();
                return null;
              })
          .get(2, TimeUnit.SECONDS);
      awaitNoConnections();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("not every peer could be told", e);
    }
    io.stop();
    try {
      ioThread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    rules.remove();
    rules.close();
    pipeline.close();
    north.close();
    queue.close();
    monitor.close();
  }

  /** Until the farewells are delivered and the peers have closed, or two seconds are over. */
  private void awaitNoConnections()
      throws InterruptedException, ExecutionException, TimeoutException {
    long deadline = System.nanoTime() + 2_000_000_000L;
    while (System.nanoTime() < deadline
        && pipeline.ask(() -> pipeline.state().connections().size()).get(1, TimeUnit.SECONDS) > 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /** The pipeline's words for the sockets, on the pipeline's thread. */
  private final class Commands implements SocketCommands {
    private final TcpSockets sockets = new TcpSockets();

    @Override
    public int write(int fd, ByteBuffer from, int index, int length) {
      return sockets.write(fd, from, index, length);
    }

    @Override
    public void shutdownWrite(int fd) {
      sockets.shutdownWrite(fd);
    }

    @Override
    public void startReading(Connection connection, int fd) {
      io.startReading(connection, fd);
    }

    @Override
    public void awaitRoom(int fd) {
      io.awaitRoom(fd);
    }

    @Override
    public void reportError(int fd, int errno) {
      io.reportError(fd, errno);
    }

    @Override
    public void close(int fd, boolean reset, @Nullable Connection connection) {
      io.close(fd, reset, connection);
    }

    @Override
    public void connect(long request, Endpoint remote, InetAddress local, int ttl) {
      rules.ask(
          () -> io.connect(request, remote, local, ttl),
          () -> io.refuseToConnect(request, Errno.EPERM));
    }

    @Override
    public void serve(ServiceSpec service) {
      rules.serve(
          service,
          () -> {
            if (service.port() != 0) {
              io.listen(service.port(), wildcards(service), alarms);
            }
          });
    }

    @Override
    public void pauseReading(boolean paused) {
      if (paused) {
        alarms.raise("the log does not keep up: the reading of sockets has stopped");
      }
      io.pauseReading(paused);
    }
  }

  private static List<InetAddress> wildcards(ServiceSpec service) {
    boolean four = false;
    boolean six = false;
    for (PeerSpec peer : service.peers()) {
      boolean isSix = peer.remote() instanceof Inet6Address;
      six |= isSix;
      four |= !isSix;
    }
    List<InetAddress> wildcards = new ArrayList<>();
    try {
      if (four) {
        wildcards.add(InetAddress.getByAddress(new byte[4]));
      }
      if (six) {
        wildcards.add(InetAddress.getByAddress(new byte[16]));
      }
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
    return wildcards;
  }

  /** The pipeline's words for speakers. */
  private final class North implements SpeakerPort {
    @Override
    public void welcome(long channel, long epoch, long replayStart, long attachedAt) {
      north.welcome(channel, epoch, replayStart, attachedAt);
    }

    @Override
    public void credit(long channel, long connection, long offset) {
      north.credit(channel, connection, offset);
    }

    @Override
    public void connectFailed(long channel, long request, String reason) {
      north.connectFailed(channel, request, reason);
    }

    @Override
    public void refuse(long channel, String reason) {
      north.refuse(channel, reason);
    }

    @Override
    public void fence(long channel, String reason) {
      north.fence(channel, reason);
    }

    @Override
    public void committed(long position) {
      north.committed(position);
    }
  }
}
