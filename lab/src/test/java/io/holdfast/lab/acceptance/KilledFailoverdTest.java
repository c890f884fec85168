package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Topology: pair of peers. failoverd is killed, alone and together with the speaker, while routes
 * change, and started again: FRR's sessions stay as they are.
 */
class KilledFailoverdTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static PairOfPeers pair;
  private static Capture capture;
  private static Routes fromA;
  private static Routes fromB;
  private static int round;

  @BeforeAll
  static void begin() {
    pair = PairOfPeers.prepare(PairSetup.failover());
    capture = pair.capture();
    pair.holdfast().start();
    pair.awaitEstablished();
    fromA = Routes.fromAToB(pair);
    fromB = Routes.fromBToA(pair);
    fromA.announce(Routes.block(1, 100), 0);
    fromB.announce(Routes.block(2, 100), 1);
    fromA.awaitArrival();
    fromB.awaitArrival();
  }

  @AfterAll
  static void end() {
    capture.close();
    pair.close();
  }

  private static Holdfast holdfast() {
    return pair.holdfast();
  }

  private static void kill(boolean speakerToo) {
    holdfast().awaitActive();
    long speaker = holdfast().speakerPid().orElseThrow();
    LabProcess failoverd = holdfast().failoverd();
    failoverd.signal(Signal.KILL);
    if (speakerToo) {
      assertThat(Signal.KILL.send(speaker)).isTrue();
    }
    assertThat(failoverd.awaitEnd(LIMIT)).isTrue();
  }

  private static void changeRoutes() {
    round++;
    fromA.announce(Routes.block(20 + round, 100), round % 8);
    fromA.withdraw(Routes.block(1, 100).subList(10 * (round - 1), 10 * round));
    fromB.announce(Routes.block(40 + round, 30), (round + 3) % 8);
  }

  private static void nobodyNotices(boolean speakerToo) {
    Watch watch = Watch.begin(pair, capture);
    changeRoutes();
    kill(speakerToo);
    changeRoutes();
    holdfast().startFailoverd();
    changeRoutes();
    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatNobodyNoticed();
  }

  @Test
  void aKilledFailoverdIsNoticedByNobody() {
    nobodyNotices(false);
    nobodyNotices(false);
  }

  @Test
  void bothDaemonsKilledAtOnceAreNoticedByNobody() {
    nobodyNotices(true);
  }
}
