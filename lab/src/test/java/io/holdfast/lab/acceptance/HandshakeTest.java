package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Topology: pair of peers, with a scripted peer in the place of FRR a; nobody starts a speaker but
 * the test. FRR b's session is Established throughout, and its clock counts the stand-in's beats.
 */
class HandshakeTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int COLLISIONS = 6;

  private static PairOfPeers pair;
  private static Capture capture;
  private ScriptedPeer peer;
  private Watch watch;

  @BeforeAll
  static void begin() {
    pair = PairOfPeers.prepare(PairSetup.failover().unsupervised());
    pair.a().close();
    capture = pair.capture();
    pair.holdfast().start();
    pair.b().awaitEstablished(PairOfPeers.H_TO_B, LIMIT);
  }

  @AfterAll
  static void end() {
    capture.close();
    pair.close();
  }

  @BeforeEach
  void listen() throws Exception {
    if (holdfast().speakerPid().isEmpty()) {
      holdfast().startSpeaker();
    }
    holdfast().awaitActive();
    watch = Watch.beginWithB(pair, capture);
    peer = new ScriptedPeer(pair.namespaces().getFirst(), PairOfPeers.A, PairOfPeers.AS_A);
  }

  @AfterEach
  void close() throws Exception {
    peer.close();
  }

  private static Holdfast holdfast() {
    return pair.holdfast();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSpeakerThatDiesInOpenSentIsNotStoodInForAndTheHandshakeStartsAnew(boolean active)
      throws Exception {
    ScriptedPeer.Line line = active ? peer.next(LIMIT) : peer.connect(PairOfPeers.H_TO_A);
    line.await(ScriptedPeer.OPEN, LIMIT);

    killAndOutlastTwoHeartbeats();

    assertThat(line.count(ScriptedPeer.OPEN)).isOne();
    assertThat(line.heard()).as("said in its name").hasSize(1);
    holdfast().startSpeaker();
    assertThatTheHandshakeStartsAnew(line);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSpeakerThatDiesInOpenConfirmIsNotStoodInForAndTheHandshakeStartsAnew(boolean active)
      throws Exception {
    ScriptedPeer.Line line = active ? peer.next(LIMIT) : peer.connect(PairOfPeers.H_TO_A);
    line.await(ScriptedPeer.OPEN, LIMIT);
    line.open();
    // Its answer to our OPEN: now it is in OpenConfirm.
    line.await(ScriptedPeer.KEEPALIVE, LIMIT);

    killAndOutlastTwoHeartbeats();

    assertThat(line.heard()).as("OPEN and KEEPALIVE of the living").hasSize(2);
    holdfast().startSpeaker();
    assertThatTheHandshakeStartsAnew(line);
  }

  private void killAndOutlastTwoHeartbeats() {
    assertThat(holdfast().signalSpeaker(Signal.KILL)).isPresent();
    long dead = Watch.now();
    Waiting.until(
        "two heartbeats of the stand-in to b",
        LIMIT,
        () -> watch.messagesToB().stream().filter(m -> m.micros() > dead).count() >= 2);
    assertThat(holdfast().speakerPid()).isEmpty();
  }

  private void assertThatTheHandshakeStartsAnew(ScriptedPeer.Line old) throws Exception {
    // A connection from before may wait in line: the new handshake is the one that goes on.
    ScriptedPeer.Line fresh = peer.next(LIMIT);
    while (fresh == old || fresh.hasEnded()) {
      fresh = peer.next(LIMIT);
    }
    fresh.await(ScriptedPeer.OPEN, LIMIT);
    fresh.open();
    fresh.await(ScriptedPeer.KEEPALIVE, LIMIT);
    fresh.keepalive();
    awaitStateOfA("Established");
    Waiting.until("the end of the old connection", LIMIT, old::hasEnded);
    assertThat(fresh.hasEnded()).isFalse();
    watch.assertThatBNoticedNothing();
    fresh.notification(6, 2);
    Waiting.until("the end of the session", LIMIT, fresh::hasEnded);
  }

  private static void awaitStateOfA(String state) {
    Waiting.until(
        state + " with a",
        LIMIT,
        () -> holdfast().showSummary().map(HandshakeTest::stateOfA).orElse("").equals(state));
  }

  private static String stateOfA(JsonNode summary) {
    return summary.path("peers").get(0).path("state").asText();
  }

  @Test
  void anOpenWithTheWrongAsIsAnsweredWithBadPeerAs() throws Exception {
    ScriptedPeer.Line line = peer.connect(PairOfPeers.H_TO_A);
    line.await(ScriptedPeer.OPEN, LIMIT);
    line.open(64999);

    assertThat(line.await(ScriptedPeer.NOTIFICATION, LIMIT).detail()).isEqualTo("2/2");
    Waiting.until("the end", LIMIT, line::hasEnded);
  }

  /**
   * Both sides open at once. The one with the higher BGP identifier keeps the connection that it
   * opened (RFC 4271 section 6.8): that is Holdfast, 10.77.0.2 against 10.77.0.1.
   */
  @Test
  void aCollisionLeavesExactlyOneSession() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int round = 0; round < COLLISIONS; round++) {
      String where = "seed " + seed + ", collision " + round;
      ScriptedPeer.Line theirs = peer.next(LIMIT);
      ScriptedPeer.Line ours = peer.connect(PairOfPeers.H_TO_A);
      boolean oursFirst = random.nextBoolean();
      ScriptedPeer.Line first = oursFirst ? ours : theirs;
      ScriptedPeer.Line second = oursFirst ? theirs : ours;
      if (random.nextBoolean()) {
        ours.await(ScriptedPeer.OPEN, LIMIT);
        theirs.await(ScriptedPeer.OPEN, LIMIT);
      }
      first.open();
      if (random.nextBoolean()) {
        first.await(ScriptedPeer.KEEPALIVE, LIMIT);
      }
      second.open();

      assertThat(ours.await(ScriptedPeer.NOTIFICATION, LIMIT).detail()).as(where).isEqualTo("6/7");
      Waiting.until("the end of the loser, " + where, LIMIT, ours::hasEnded);
      theirs.await(ScriptedPeer.KEEPALIVE, LIMIT);
      theirs.keepalive();
      awaitStateOfA("Established");
      assertThat(theirs.hasEnded()).as(where).isFalse();
      assertThat(theirs.count(ScriptedPeer.OPEN)).as(where).isOne();
      assertThat(peer.count()).as("connections beside the one, %s", where).isZero();
      theirs.notification(6, 4);
      Waiting.until("the end of the session, " + where, LIMIT, theirs::hasEnded);
    }
  }
}
