package io.holdfast.failover.pipeline;

import com.lmax.disruptor.RingBuffer;
import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.linux.Errno;
import io.holdfast.failover.linux.LinuxException;
import io.holdfast.failover.linux.NetfilterQueue;
import io.holdfast.failover.linux.NetlinkMonitor;
import io.holdfast.failover.linux.TcpSockets;
import io.holdfast.failover.north.Admission;
import io.holdfast.failover.north.NorthServer;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.PeerSpec;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.failover.restore.LoggedConnections;
import io.holdfast.failover.restore.RestoreOutcome;
import io.holdfast.failover.restore.TcpRepairRestorer;
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
  private final TcpRepairRestorer restorer;
  private final Thread restoreThread;

  private FailoverEngine(
      Options options, Log log, Alarms alarms, Function<FailoverEngine, SpeakerWatch> watch)
      throws IOException {
    this.log = log;
    this.alarms = alarms;
    LoggedConnections past =
        LoggedConnections.read(log, System.nanoTime(), System.currentTimeMillis() * 1000);
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
            options.standInLimit(),
            past);
    this.ioThread = Thread.ofPlatform().name("io").start(io);
    this.restorer = new TcpRepairRestorer(past, new Restored());
    this.restoreThread = Thread.ofPlatform().name("restore").unstarted(restorer);
    restore(past);
  }

  /** The rules first, then who listens, then the sockets. */
  private void restore(LoggedConnections past) {
    ServiceSpec service = past.service();
    int count = past.connections().size();
    if (service == null) {
      return; // nothing was ever served
    }
    if (count > 0) {
      alarms.raise(count + " connections of an earlier failoverd are restored");
    }
    rules.serve(
        service,
        () -> {
          if (service.port() != 0) {
            io.listen(service.port(), wildcards(service), alarms);
          }
          io.then(restoreThread::start);
        });
  }

  /** What the restorer tells, to the pipeline. */
  private final class Restored implements RestoreOutcome {
    @Override
    public void restored(Connection connection, int descriptor, long acknowledged, int tsval) {
      io.restored(connection, descriptor, acknowledged, tsval);
    }

    @Override
    public void lost(Connection connection, int errno) {
      io.lost(connection, errno);
    }
  }

  /**
   * Starts it all. What an earlier instance left open in the log gets its socket again.
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
            .ask(
                () -> {
                  long start = pipeline.state().replayStart(log.appended()) - RETAINED;
                  pipeline.logStage().keepRegistered(start);
                  return start;
                })
            .thenAcceptAsync(start -> log.trim(Math.max(log.first(), start)), housekeeping);
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
    restorer.stop();
    io.stop();
    try {
      restoreThread.join();
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
    public int unacknowledged(int fd) {
      return sockets.unsentBytes(fd);
    }

    @Override
    public int receiveWindow(int fd) {
      try {
        return Math.max(0, sockets.info(fd).receiveWindow());
      } catch (LinuxException e) {
        return 0; // it failed meanwhile, which its owner will be told
      }
    }

    @Override
    public void abandonRestore(Connection connection) {
      restorer.abandon(connection.id());
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
