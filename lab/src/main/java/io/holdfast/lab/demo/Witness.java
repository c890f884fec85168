package io.holdfast.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.frr.NeighborView;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.PairOfPeers;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at both peers' counters four times a second, from its start to its close, and keeps whether
 * a session was ever lost: the count of drops has to stay, and the uptime may never fall.
 */
final class Witness implements AutoCloseable {
  private static final long INTERVAL_NANOS = Duration.ofMillis(250).toNanos();

  /**
   * What one peer went through.
   *
   * @param drops how often its session was lost while the witness looked
   * @param uptimeBroken whether its uptime ever fell, or is shorter than the witness has looked
   * @param uptimeMillis the last uptime seen
   */
  record Testimony(int drops, boolean uptimeBroken, long uptimeMillis) {}

  /** One peer, and how it was at the start. */
  private static final class Watched {
    final FrrRouter router;
    final String neighbor;
    final NeighborView start;
    NeighborView last;
    boolean uptimeFell;

    Watched(FrrRouter router, String neighbor) {
      this.router = router;
      this.neighbor = neighbor;
      this.start = look();
      this.last = start;
    }

    NeighborView look() {
      return router
          .neighbor(neighbor)
          .orElseThrow(() -> new LabFailure("FRR does not know " + neighbor));
    }

    void update() {
      NeighborView now = look();
      uptimeFell |= now.uptimeMillis() < last.uptimeMillis();
      last = now;
    }

    Testimony testimony(long watchedMillis) {
      // FRR counts whole seconds, on either end of the interval.
      boolean tooShort = last.uptimeMillis() + 2000 < watchedMillis;
      int drops =
          Math.max(
              last.connectionsDropped() - start.connectionsDropped(),
              last.connectionsEstablished() - start.connectionsEstablished());
      return new Testimony(
          drops, uptimeFell || tooShort || !last.established(), last.uptimeMillis());
    }
  }

  private final PairOfPeers pair;
  private final Progress progress;
  private final Watched a;
  private final Watched b;
  private final long since = System.nanoTime();
  private final Thread thread;
  private volatile boolean ending;

  private Witness(PairOfPeers pair, Progress progress) {
    this.pair = pair;
    this.progress = progress;
    a = new Watched(pair.a(), PairOfPeers.H_TO_A);
    b = new Watched(pair.b(), PairOfPeers.H_TO_B);
    thread = new Thread(this::watch, "witness");
    thread.setDaemon(true);
  }

  /** Begins to look; both sessions should be Established. */
  static Witness start(PairOfPeers pair, Progress progress) {
    Witness witness = new Witness(pair, progress);
    witness.thread.start();
    return witness;
  }

  private void watch() {
    while (!ending) {
      try {
        look();
      } catch (LabFailure e) {
        if (!ending) {
          progress.phase("a peer does not answer: " + e.getMessage());
        }
      }
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  private synchronized void look() {
    a.update();
    b.update();
    String speaker =
        pair.holdfast()
            .showFailover()
            .map(answer -> describe(answer.path("speaker")))
            .orElseGet(
                () ->
                    pair.holdfast().speakerPid().isPresent()
                        ? "process " + pair.holdfast().speakerPid().getAsLong()
                        : "absent");
    progress.seen(a.last, b.last, speaker);
  }

  private static String describe(JsonNode speaker) {
    return "%s, process %s, restarts %d"
        .formatted(
            speaker.path("state").asText(),
            speaker.path("pid").isNumber() ? speaker.path("pid").asText() : "-",
            speaker.path("restarts").asLong());
  }

  /** Stops looking. */
  @Override
  public void close() {
    ending = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted", e);
    }
  }

  /** What FRR a went through; after the close. */
  synchronized Testimony a() {
    return a.testimony(watched());
  }

  /** What FRR b went through; after the close. */
  synchronized Testimony b() {
    return b.testimony(watched());
  }

  private long watched() {
    return Duration.ofNanos(System.nanoTime() - since).toMillis();
  }

  /** Looks once more, so that the last counters are those of the end. */
  void lookLast() {
    Waiting.until(
        "the peers' last word",
        Duration.ofSeconds(10),
        () -> {
          look();
          return true;
        });
  }
}
