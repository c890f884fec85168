package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.capture.BgpMessage;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Topology: pair of peers; the daemons are started and ended in all orders. The tests follow each
 * other: one Holdfast's life.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LifecycleTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  private static PairOfPeers pair;
  private static Capture capture;
  private static Routes fromA;
  private static Routes fromB;
  private static LabProcess bgpd;

  @BeforeAll
  static void begin() {
    pair = PairOfPeers.prepare(PairSetup.failover().unsupervised());
    capture = pair.capture();
    fromA = Routes.fromAToB(pair);
    fromB = Routes.fromBToA(pair);
    bgpd = holdfast().startSpeaker();
  }

  @AfterAll
  static void end() {
    capture.close();
    pair.close();
  }

  private static Holdfast holdfast() {
    return pair.holdfast();
  }

  @Test
  @Order(1)
  void aSpeakerThatIsStartedFirstWaitsForFailoverd() {
    Waiting.until("the speaker to answer", LIMIT, () -> holdfast().showSummary().isPresent());
    assertThat(holdfast().isActive()).isFalse();

    holdfast().startFailoverd();

    pair.awaitEstablished();
    assertThat(bgpd.isAlive()).isTrue();
    fromA.announce(Routes.block(1, 50), 2);
    fromB.announce(Routes.block(2, 50), 3);
    fromA.awaitArrival();
    fromB.awaitArrival();
  }

  @Test
  @Order(2)
  void aSpeakerAttachesByItselfToARestartedFailoverdAndThePeersNoticeNothing() {
    Watch watch = watchable();
    LabProcess old = holdfast().failoverd();
    old.signal(Signal.KILL);
    assertThat(old.awaitEnd(LIMIT)).isTrue();
    fromA.withdraw(Routes.block(1, 10));
    fromB.announce(Routes.block(3, 20), 1);

    holdfast().startFailoverd();

    holdfast().awaitActive();
    assertThat(bgpd.isAlive()).as("the speaker lives on").isTrue();
    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatNobodyNoticed();
  }

  private static Watch watchable() {
    return Watch.begin(pair, capture);
  }

  @Test
  @Order(3)
  void afterFailoverdsRestartTheSessionsOutliveTheSpeakerAgain() {
    Watch watch = watchable();
    bgpd.signal(Signal.KILL);
    fromA.announce(Routes.block(4, 20), 1);
    bgpd = holdfast().startSpeaker();
    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatNobodyNoticed();
  }

  @Test
  @Order(4)
  void aTermToFailoverdIsAGoodbyeToThePeersAndLeavesNoRule() {
    Watch watch = watchable();
    assertThat(rules()).contains("NFQUEUE");
    LabProcess failoverd = holdfast().failoverd();

    failoverd.signal(Signal.TERM);

    assertThat(failoverd.awaitEnd(LIMIT)).isTrue();
    assertThat(failoverd.exitCode()).isZero();
    assertThat(rules()).doesNotContain("NFQUEUE").doesNotContainIgnoringCase("holdfast");
    Waiting.until("a to know", LIMIT, () -> !watch.viewOfA().established());
    Waiting.until("b to know", LIMIT, () -> !watch.viewOfB().established());
    assertCease(watch.messagesToA());
    assertCease(watch.messagesToB());
  }

  private static void assertCease(Iterable<BgpMessage> messages) {
    assertThat(messages)
        .filteredOn(message -> message.type() == BgpMessage.NOTIFICATION)
        .singleElement()
        .extracting(BgpMessage::detail)
        .asString()
        .startsWith("6/");
  }

  private static String rules() {
    return holdfast().namespace().run("iptables-save");
  }
}
