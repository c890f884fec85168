package io.holdfast.bgp.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.decision.Candidate.Learned;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 4271 section 9.1.2.2, one test for each step. */
class DecisionTest {
  private static PathAttributes.Builder path(long... as) {
    return PathAttributes.builder()
        .origin(Origin.IGP)
        .asPath(AsPath.sequence(as))
        .nextHop(0x0A00_0001);
  }

  private static Candidate external(PathAttributes.Builder attributes, int id) {
    return new Candidate(attributes.build(), Learned.EXTERNAL, id, id);
  }

  private static void assertChosen(Step step, Candidate winner, Candidate... losers) {
    for (int at = 0; at <= losers.length; at++) {
      List<Candidate> all = new java.util.ArrayList<>(List.of(losers));
      all.add(at, winner);
      Choice choice = Decision.among(all);
      assertThat(choice.best()).as("winner at %d", at).isEqualTo(at);
      assertThat(choice.decidedBy()).isEqualTo(step);
    }
  }

  @Test
  void takesTheOnlyRoute() {
    assertChosen(Step.ONLY_ROUTE, external(path(1, 2, 3), 1));
  }

  @Test
  void prefersOurOwnRoute() {
    assertChosen(
        Step.LOCALLY_ORIGINATED,
        new Candidate(path().build(), Learned.HERE, 0, 0),
        new Candidate(path().localPref(900).build(), Learned.INTERNAL, 1, 1));
  }

  @Test
  void prefersTheHigherLocalPref() {
    assertChosen(
        Step.LOCAL_PREF,
        external(path(1, 2, 3).localPref(200), 2),
        external(path(1), 1),
        external(path(4).localPref(199), 3));
  }

  @Test
  void countsAMissingLocalPrefAsOneHundred() {
    assertChosen(Step.LOCAL_PREF, external(path(1, 2), 1), external(path(1).localPref(99), 2));
  }

  @Test
  void comparesLocalPrefAsUnsigned() {
    assertChosen(
        Step.LOCAL_PREF,
        external(path(1, 2).localPref(4_294_967_295L), 1),
        external(path(1).localPref(5), 2));
  }

  @Test
  void prefersTheShorterPath() {
    assertChosen(Step.AS_PATH_LENGTH, external(path(1, 2), 9), external(path(1, 2, 3), 1));
  }

  @Test
  void prefersTheLowerOrigin() {
    assertChosen(
        Step.ORIGIN,
        external(path(1, 2).origin(Origin.EGP), 9),
        external(path(1, 3).origin(Origin.INCOMPLETE), 1));
  }

  @Test
  void comparesMedOfTheSameNeighbour() {
    assertChosen(Step.MED, external(path(1, 2).med(5), 9), external(path(1, 3).med(6), 1));
  }

  @Test
  void takesAMissingMedForZero() {
    assertChosen(Step.MED, external(path(1, 2), 9), external(path(1, 3).med(1), 1));
  }

  @Test
  void doesNotCompareMedOfDifferentNeighbours() {
    assertChosen(Step.ROUTER_ID, external(path(1, 2).med(50), 1), external(path(7, 3).med(6), 2));
  }

  @Test
  void isIndependentOfTheOrderWhereMedIsNoOrder() {
    // A beats B by router id, B beats C by router id, C beats A by MED.
    Candidate a = external(path(1, 5).med(10), 1);
    Candidate b = external(path(2, 5), 2);
    Candidate c = external(path(1, 6).med(5), 3);
    List<List<Candidate>> orders =
        List.of(
            List.of(a, b, c),
            List.of(a, c, b),
            List.of(b, a, c),
            List.of(b, c, a),
            List.of(c, a, b),
            List.of(c, b, a));
    for (List<Candidate> order : orders) {
      Choice choice = Decision.among(order);
      assertThat(order.get(choice.best())).isSameAs(b);
      assertThat(choice.steps().get(order.indexOf(a))).isEqualTo(Step.MED);
      assertThat(choice.steps().get(order.indexOf(c))).isEqualTo(Step.ROUTER_ID);
    }
  }

  @Test
  void prefersExternalOverInternal() {
    assertChosen(
        Step.EXTERNAL,
        external(path(1, 2), 9),
        new Candidate(path(1, 2).build(), Learned.INTERNAL, 1, 1));
  }

  @Test
  void prefersTheLowerRouterIdAsUnsigned() {
    assertChosen(
        Step.ROUTER_ID, external(path(1, 2), 0x0A00_0001), external(path(1, 2), 0xC0A8_0001));
  }

  @Test
  void takesTheOriginatorForTheRouterOfAReflectedRoute() {
    assertChosen(
        Step.ROUTER_ID,
        new Candidate(path(1).originatorId(1).build(), Learned.INTERNAL, 9, 9),
        new Candidate(path(1).build(), Learned.INTERNAL, 2, 2));
  }

  @Test
  void prefersTheLowerPeerAddressInTheEnd() {
    assertChosen(
        Step.PEER_ADDRESS,
        new Candidate(path(1).build(), Learned.EXTERNAL, 5, 0x0A00_0001),
        new Candidate(path(1).build(), Learned.EXTERNAL, 5, 0xC0A8_0001));
  }
}
