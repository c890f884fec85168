package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Topology: pair of peers; nobody starts a speaker but the test. */
class SilentPeerTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long HOLD_MILLIS = 9_000;

  /** The look is once in a while, and a loaded machine looks late. */
  private static final long GRACE_MILLIS = 2_500;

  @Test
  void aPeerThatDiesWhileTheSpeakerIsDeadIsNoticedWithinTheHoldTime() {
    try (PairOfPeers pair = PairOfPeers.prepare(PairSetup.failover().unsupervised());
        Capture capture = pair.capture()) {
      pair.holdfast().start();
      pair.awaitEstablished();
      Routes fromA = Routes.fromAToB(pair);
      fromA.announce(Routes.block(1, 100), 0);
      fromA.awaitArrival();
      pair.holdfast().awaitActive();
      Watch watch = Watch.begin(pair, capture);

      assertThat(pair.holdfast().signalSpeaker(Signal.KILL)).isPresent();
      pair.cableA().left().up(false);
      long silent = System.nanoTime();
      pair.a().process().orElseThrow().signal(Signal.KILL);
      Waiting.until("failoverd to give a up", LIMIT, () -> openConnections(pair) == 1);
      long noticed = Duration.ofNanos(System.nanoTime() - silent).toMillis();

      // Up to one keepalive interval of the hold time had passed when a fell silent.
      assertThat(noticed).isBetween(HOLD_MILLIS - 3_000 - 500, HOLD_MILLIS + GRACE_MILLIS);
      assertThat(fromA.learnedCount()).as("nobody is there to withdraw them").isEqualTo(100);
      pair.holdfast().startSpeaker();
      Waiting.until("the withdrawals", LIMIT, () -> fromA.learnedCount() == 0);
      watch.assertThatBNoticedNothing();

      // And it is a peer like any other when it comes back.
      pair.cableA().left().up(true);
      try (FrrRouter again =
          FrrRouter.start(
              pair.namespaces().getFirst(),
              pair.workspace().folder("a-again"),
              pair.a().config())) {
        again.awaitEstablished(PairOfPeers.H_TO_A, LIMIT);
        again.announce(Routes.block(7, 10));
        Waiting.until("the new routes", LIMIT, () -> fromA.learnedCount() == 10);
      }
      watch.assertThatBNoticedNothing();
    }
  }

  /** Without those that failoverd has given up and whose FIN nobody acknowledges. */
  private static long openConnections(PairOfPeers pair) {
    JsonNode answer =
        pair.holdfast()
            .showFailover()
            .orElseThrow(() -> new LabFailure("failoverd does not answer"));
    return answer.path("connections").findValuesAsText("state").stream()
        .filter(state -> state.equals("open"))
        .count();
  }
}
