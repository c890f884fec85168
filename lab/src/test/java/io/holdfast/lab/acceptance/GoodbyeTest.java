package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.ControlSocket;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Topology: pair of peers. What the peers end on purpose ends, and comes back when they let it. */
class GoodbyeTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  /** So often both sides open connections at the same time. */
  private static final int CLEARS = 5;

  private static PairOfPeers pair;
  private static Capture capture;
  private static Routes fromA;
  private static Routes fromB;

  @BeforeAll
  static void begin() {
    pair = PairOfPeers.prepare(PairSetup.failover());
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

  @Test
  void aPeerThatClearsItsSessionsLosesAndRegainsThem() {
    Watch watch = Watch.begin(pair, capture);
    for (int round = 1; round <= CLEARS; round++) {
      int expected = watch.viewOfA().connectionsEstablished() + 1;
      pair.a().show("clear bgp *");

      Waiting.until(
          "the session to come back",
          LIMIT,
          () ->
              watch.viewOfA().established()
                  && watch.viewOfA().connectionsEstablished() >= expected);
      fromA.awaitArrival();
      fromB.awaitArrival();
      Waiting.until("one connection with each peer", LIMIT, () -> connections() == 2);
      assertThat(flaps("frr-a")).isEqualTo(watch.viewOfA().connectionsDropped());
    }
    watch.assertThatBNoticedNothing();
  }

  private static int connections() {
    return holdfast()
        .showFailover()
        .map(answer -> answer.path("connections").size())
        .orElseThrow(() -> new LabFailure("failoverd does not answer"));
  }

  private static int flaps(String peer) {
    return neighbor(peer).path("flaps").asInt();
  }

  private static Holdfast holdfast() {
    return pair.holdfast();
  }

  /** What {@code show bgp neighbors} says about one. */
  private static JsonNode neighbor(String name) {
    JsonNode all =
        ControlSocket.ask(holdfast().runtimeFolder().resolve("bgpd.control"), "show.bgp.neighbors")
            .orElseThrow(() -> new LabFailure("bgpd does not answer"));
    for (JsonNode neighbor : all.path("neighbors")) {
      if (neighbor.path("name").asText().equals(name)) {
        return neighbor;
      }
    }
    throw new LabFailure("no neighbor " + name + " in " + all);
  }

  @Test
  void aPeerThatIsShutDownStaysDownAndComesBackWhenItMay() {
    Watch watch = Watch.begin(pair, capture);

    configureA("neighbor " + PairOfPeers.H_TO_A + " shutdown");

    Waiting.until("the end of the session", LIMIT, () -> !state("frr-a").equals("Established"));
    assertThat(lastReceived("frr-a")).isEqualTo("6/2");
    // What b learned from a is gone, and nothing else.
    Waiting.until("the withdrawals", LIMIT, () -> fromA.learnedCount() == 0);
    watch.assertThatBNoticedNothing();

    configureA("no neighbor " + PairOfPeers.H_TO_A + " shutdown");
    pair.awaitEstablished();
    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatBNoticedNothing();
  }

  @Test
  void aPeerThatExpectsAnotherAsSaysBadPeerAs() {
    Watch watch = Watch.begin(pair, capture);

    configureA("neighbor " + PairOfPeers.H_TO_A + " remote-as 64999");

    Waiting.until("its NOTIFICATION", LIMIT, () -> lastReceived("frr-a").equals("2/2"));
    assertThat(state("frr-a")).isNotEqualTo("Established");
    configureA("neighbor " + PairOfPeers.H_TO_A + " remote-as " + PairOfPeers.AS_H);
    pair.awaitEstablished();
    fromA.awaitArrival();
    fromB.awaitArrival();
    watch.assertThatBNoticedNothing();
  }

  private static void configureA(String line) {
    pair.a().configure(List.of("router bgp " + PairOfPeers.AS_A, line));
  }

  private static String state(String peer) {
    return neighbor(peer).path("state").asText();
  }

  private static String lastReceived(String peer) {
    JsonNode last = neighbor(peer).path("lastNotificationReceived");
    return last.path("code").asInt() + "/" + last.path("subcode").asInt();
  }
}
