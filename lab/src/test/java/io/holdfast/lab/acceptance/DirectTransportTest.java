package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Topology: pair of peers, a speaker on plain sockets. */
class DirectTransportTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** The contrast to all the other tests: they could not fail if this did not hold. */
  @Test
  void withoutFailoverASpeakerWorksAndItsDeathDropsBothSessions() {
    try (PairOfPeers pair = PairOfPeers.prepare(PairSetup.direct());
        Capture capture = pair.capture()) {
      pair.holdfast().start();
      pair.awaitEstablished();
      Routes fromA = Routes.fromAToB(pair);
      Routes fromB = Routes.fromBToA(pair);
      fromA.announce(Routes.block(1, 100), 0);
      fromB.announce(Routes.block(2, 100), 1);
      fromA.awaitArrival();
      fromB.awaitArrival();
      fromA.withdraw(Routes.block(1, 50));
      fromA.awaitArrival();
      Watch watch = Watch.begin(pair, capture);
      watch.assertThatNobodyNoticed();

      pair.holdfast().awaitActive();
      assertThat(pair.holdfast().signalSpeaker(Signal.KILL)).isPresent();

      Waiting.until("a to lose its session", LIMIT, () -> !watch.viewOfA().established());
      Waiting.until("b to lose its session", LIMIT, () -> !watch.viewOfB().established());
      assertThat(watch.evidence().fins() + watch.evidence().resets()).isPositive();
      pair.holdfast().startSpeaker();
      pair.awaitEstablished();
      fromA.awaitArrival();
      fromB.awaitArrival();
      assertThat(watch.viewOfA().connectionsDropped()).isPositive();
      assertThat(watch.viewOfB().connectionsDropped()).isPositive();
    }
  }
}
