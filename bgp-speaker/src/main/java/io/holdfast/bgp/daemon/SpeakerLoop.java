package io.holdfast.bgp.daemon;

import io.holdfast.bgp.session.PeerSettings;
import io.holdfast.bgp.session.RouterSettings;
import io.holdfast.bgp.session.Speaker;
import io.holdfast.bgp.session.Surroundings;
import io.holdfast.bgp.session.Transport;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a speaker its time: turns, ticks, a clock. Owned by the event loop. */
final class SpeakerLoop implements Surroundings {
  private static final Logger LOG = LoggerFactory.getLogger(SpeakerLoop.class);
  private static final int TICK_MILLIS = 50;

  /** The exit status of a process that found itself broken (sysexits: internal software error). */
  private static final int BROKEN = 70;

  /** Short enough for heartbeats each 100 ms, long enough to be worth the change of subject. */
  private static final long TURN_NANOS = 5_000_000;

  private final EventLoop loop;
  private final RouterSettings router;
  private final List<PeerSettings> peers;
  private final Transport transport;
  private final LocalNetworks networks = new LocalNetworks();
  private final long startNanos = System.nanoTime();
  private final long startMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  private Speaker speaker;
  private boolean turnComes;

  @SuppressWarnings("FutureReturnValueIgnored") // What it runs ends the process when it fails.
  SpeakerLoop(
      EventLoop loop, RouterSettings router, List<PeerSettings> peers, Transport transport) {
    this.loop = loop;
    this.router = router;
    this.peers = peers;
    this.transport = transport;
    this.speaker = new Speaker(router, peers, transport, this);
    loop.scheduleWithFixedDelay(
        () -> run(() -> speaker.tick()), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  Speaker speaker() {
    return speaker;
  }

  /** A speaker that knows nothing. */
  Speaker startAnew() {
    speaker = new Speaker(router, peers, transport, this);
    return speaker;
  }

  /** Runs a piece of the fold; whatever it throws ends the process. */
  @SuppressWarnings("CatchingUnchecked")
  void run(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  private static void broken(Throwable e) {
    try {
      LOG.error("the fold is broken; the next speaker will do better", e);
    } finally {
      Runtime.getRuntime().halt(BROKEN);
    }
  }

  /** Counts on from the wall clock at the start, so that a step of it moves no timer. */
  @Override
  public long micros() {
    return startMicros + (System.nanoTime() - startNanos) / 1_000;
  }

  @Override
  public long network(int localAddress) {
    return networks.of(localAddress);
  }

  @Override
  public double random() {
    return ThreadLocalRandom.current().nextDouble();
  }

  /**
   * The turn is scheduled for now instead of being queued behind this one: Netty runs its queue
   * until it is empty, for up to a second, so that work which queues itself again would starve
   * sockets and heartbeats.
   */
  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // What it runs ends the process when it fails.
  public void wake() {
    if (!turnComes) {
      turnComes = true;
      loop.schedule(() -> run(this::turn), 0, TimeUnit.NANOSECONDS);
    }
  }

  private void turn() {
    turnComes = false;
    if (speaker.turn(System.nanoTime() + TURN_NANOS)) {
      wake();
    }
  }
}
