package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.capture.BgpMessage;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.inject.Fault;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Topology: pair of peers; failoverd supervises. Whatever the speaker dies of, the peers see what
 * they see when it is killed: nothing.
 */
class DeathsTest {
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

  @ParameterizedTest
  @EnumSource(names = {"ABORT", "OOM", "EXIT", "HANG", "DEADLOCK"})
  void aSpeakerThatDiesByItselfIsNoticedByNobody(Fault fault) throws Exception {
    Watch watch = Watch.begin(pair, capture);
    long victim = awaitSpeaker();

    fault.inject(victim);
    changeRoutes();
    awaitSuccessorOf(victim);

    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatNobodyNoticed();
    assertThat(Files.readString(holdfast().failoverdOutput()))
        .as("how failoverd found it")
        .contains(expectedWords(fault, victim));
  }

  /** So that a fault that did not work, and a death of another kind, do not pass. */
  private static String expectedWords(Fault fault, long victim) {
    return switch (fault) {
      case ABORT -> "(process " + victim + ") ended with status 134";
      case OOM -> "(process " + victim + ") ended with status 3";
      case EXIT -> "(process " + victim + ") ended with status 7";
      default -> "killing the silent speaker, process " + victim;
    };
  }

  @Test
  void aStoppedSpeakerIsReplacedAndReachesNobodyAgain() throws Exception {
    Watch watch = Watch.begin(pair, capture);
    long victim = awaitSpeaker();
    assertThat(Signal.STOP.send(victim)).isTrue();
    changeRoutes();
    awaitSuccessorOf(victim);
    fromA.awaitArrival();
    fromB.awaitArrival();

    Watch sinceTheSuccessor = Watch.begin(pair, capture);
    Signal.CONT.send(victim);
    Waiting.until("two keepalives", LIMIT, () -> sinceTheSuccessor.messagesToB().size() >= 2);

    assertThat(sinceTheSuccessor.messagesToB())
        .allMatch(message -> message.type() == BgpMessage.KEEPALIVE);
    assertThat(Files.readString(holdfast().failoverdOutput()))
        .contains("killing the silent speaker, process " + victim);
    watch.assertThatNobodyNoticed();
  }

  private static void changeRoutes() {
    round++;
    fromA.announce(Routes.block(20 + round, 100), round % 8);
    fromA.withdraw(Routes.block(1, 100).subList(10 * (round - 1), 10 * round));
    fromB.announce(Routes.block(40 + round, 30), (round + 3) % 8);
  }

  private static long awaitSpeaker() {
    holdfast().awaitActive();
    return holdfast().speakerPid().orElseThrow();
  }

  private static void awaitSuccessorOf(long victim) {
    Waiting.until(
        "the next speaker",
        LIMIT,
        () -> holdfast().speakerPid().orElse(victim) != victim && holdfast().isActive());
  }
}
