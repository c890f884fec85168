package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.capture.BgpMessage;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Topology: pair of peers; nobody starts a speaker but the test, so an outage lasts as it likes.
 */
class OutageTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** The stand-in's interval, a third of the hold time. */
  private static final long INTERVAL_MICROS = 3_000_000;

  private static PairOfPeers pair;
  private static Capture capture;
  private static Routes fromA;
  private static Routes fromB;

  @BeforeAll
  static void begin() {
    pair = PairOfPeers.prepare(PairSetup.failover().unsupervised());
    capture = pair.capture();
    pair.holdfast().start();
    pair.awaitEstablished();
    fromA = Routes.fromAToB(pair);
    fromB = Routes.fromBToA(pair);
    fromA.announce(Routes.block(1, 50), 0);
    fromB.announce(Routes.block(2, 50), 1);
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

  /** Kills the speaker and waits until failoverd knows. */
  private static void killTheSpeaker() {
    holdfast().awaitActive();
    assertThat(holdfast().signalSpeaker(Signal.KILL)).isPresent();
    Waiting.until("failoverd to stand in", LIMIT, OutageTest::standsIn);
  }

  private static boolean standsIn() {
    return holdfast()
        .showFailover()
        .filter(answer -> answer.path("speaker").path("state").asText().equals("absent"))
        .isPresent();
  }

  @Test
  void routesAnnouncedDuringTheOutageArriveAfterIt() {
    Watch watch = Watch.begin(pair, capture);
    killTheSpeaker();
    fromA.announce(Routes.block(11, 200), 3);
    fromA.withdraw(Routes.block(1, 10));
    fromA.announce(Routes.block(11, 40), 2);
    fromA.withdraw(Routes.block(11, 20));
    fromB.withdraw(Routes.block(2, 5));
    fromB.announce(Routes.block(12, 30), 4);
    Waiting.until("an outage of some keepalives", LIMIT, () -> watch.secondsByTheClockOfB() >= 5);
    assertThat(watch.messagesToB())
        .as("nobody is there who could pass a route on")
        .noneMatch(message -> message.type() == BgpMessage.UPDATE);

    holdfast().startSpeaker();

    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatNobodyNoticed();
  }

  @Test
  void anOutageOfSixtySecondsDropsNothing() {
    Watch watch = Watch.begin(pair, capture);
    killTheSpeaker();
    long dead = Watch.now();
    Waiting.until(
        "sixty seconds by the peer's clock",
        Duration.ofSeconds(80),
        () -> watch.secondsByTheClockOfB() >= 61);
    assertThat(holdfast().speakerPid()).isEmpty();
    long alive = Watch.now();

    holdfast().startSpeaker();
    holdfast().awaitActive();

    assertHeartbeats(watch.messagesToA(), dead, alive);
    assertHeartbeats(watch.messagesToB(), dead, alive);
    fromA.announce(Routes.block(13, 10), 0);
    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatNobodyNoticed();
  }

  /** In the outage nothing but KEEPALIVEs, in the interval that was negotiated. */
  private static void assertHeartbeats(List<BgpMessage> messages, long dead, long alive) {
    List<BgpMessage> standIn =
        messages.stream().filter(m -> m.micros() > dead && m.micros() < alive).toList();
    assertThat(standIn).allMatch(message -> message.type() == BgpMessage.KEEPALIVE);
    assertThat(standIn).hasSizeBetween(18, 24);
    for (int i = 1; i < standIn.size(); i++) {
      assertThat(standIn.get(i).micros() - standIn.get(i - 1).micros())
          .as("microseconds between stand-in heartbeats")
          .isBetween(INTERVAL_MICROS - 500_000, INTERVAL_MICROS + 500_000);
    }
  }

  @Test
  void aStoppedSpeakerThatWakesAfterItsSuccessorCameReachesNobody() {
    Watch watch = Watch.begin(pair, capture);
    holdfast().awaitActive();
    long stopped = holdfast().signalSpeaker(Signal.STOP).orElseThrow();
    Waiting.until("the stopped speaker to be fenced", LIMIT, OutageTest::standsIn);
    fromA.announce(Routes.block(14, 40), 5);

    LabProcess successor = holdfast().startSpeaker();
    fromA.awaitArrival();
    Watch sinceTheSuccessor = Watch.begin(pair, capture);
    assertThat(Signal.CONT.send(stopped)).isTrue();
    Waiting.until(
        "some keepalives under both speakers",
        LIMIT,
        () -> sinceTheSuccessor.secondsByTheClockOfB() >= 7);

    assertThat(sinceTheSuccessor.messagesToB()).hasSizeBetween(2, 4);
    assertThat(sinceTheSuccessor.messagesToB())
        .allMatch(message -> message.type() == BgpMessage.KEEPALIVE);
    JsonNode speaker = holdfast().showFailover().orElseThrow().path("speaker");
    assertThat(speaker.path("pid").asLong()).as("who has the word").isEqualTo(successor.pid());
    assertThat(holdfast().showSummary().orElseThrow().path("epoch").asLong())
        .as("who answers the operator")
        .isEqualTo(speaker.path("epoch").asLong());
    Signal.KILL.send(stopped);
    fromA.withdraw(Routes.block(14, 40));
    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatNobodyNoticed();
  }
}
