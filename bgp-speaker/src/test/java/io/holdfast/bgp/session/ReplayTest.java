package io.holdfast.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.nlri.Prefixes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The speaker is killed at every record of the log, and the peers must not be able to tell. */
class ReplayTest {
  private static final RouterSettings ROUTER =
      new RouterSettings(
          65002,
          Prefixes.parseAddress("10.77.0.2"),
          List.of(new RouterSettings.Originated(Prefixes.parse("203.0.113.0/24"), 0)));

  private static PathAttributes route(String nextHop, int med, long... path) {
    return PathAttributes.builder()
        .origin(Origin.IGP)
        .asPath(AsPath.sequence(path))
        .nextHop(Prefixes.parseAddress(nextHop))
        .med(med)
        .build();
  }

  /** All that a day brings: tables, changes, a better path, a refresh, a session that ends. */
  private static SimulatedWorld day(int killAt) {
    SimulatedWorld world = new SimulatedWorld(ROUTER, killAt);
    SimulatedPeer a = world.peer("a", 65001, "10.77.0.1");
    SimulatedPeer b = world.peer("b", 65003, "10.77.1.1");
    SimulatedPeer c = world.peer("c", 65002, "10.77.2.1");
    for (int i = 0; i < 4; i++) {
      a.announce("100.64." + i + ".0/24", route("10.77.0.1", 1, 65001));
    }
    b.announce("100.65.0.0/16", route("10.77.1.1", 1, 65003, 65010));
    world.start();
    b.announce("100.64.0.0/24", route("10.77.1.1", 1, 65003, 65001));
    world.settle();
    a.withdraw("100.64.0.0/24");
    a.announce("100.64.1.0/24", route("10.77.0.1", 5, 65001, 65001));
    a.announce("100.66.0.0/16", route("10.77.0.1", 5, 65001, 65002, 65001));
    world.settle();
    c.askAgain();
    world.settle();
    a.announce("100.64.9.0/24", route("10.77.0.1", 5, 65001));
    world.settle();
    b.cease();
    world.settle();
    b.announce("100.67.0.0/16", route("10.77.1.1", 1, 65003));
    world.settle();
    a.askAgain();
    world.settle();
    b.babble();
    world.settle();
    return world;
  }

  private static Map<String, Map<Long, PathAttributes>> tables(SimulatedWorld world) {
    Map<String, Map<Long, PathAttributes>> tables = new HashMap<>();
    world.peers.forEach((name, peer) -> tables.put(name, Map.copyOf(peer.told)));
    return tables;
  }

  @Test
  void tellsEachPeerWhatItShouldKnow() {
    SimulatedWorld world = day(-1);
    SimulatedPeer a = world.peers.get("a");
    SimulatedPeer c = world.peers.get("c");

    assertThat(world.peers.values()).allSatisfy(p -> assertThat(p.complaints).isEmpty());
    assertThat(a.told.keySet().stream().map(Prefixes::text))
        .containsExactlyInAnyOrder(
            "203.0.113.0/24", "100.64.0.0/24", "100.65.0.0/16", "100.67.0.0/16");
    assertThat(a.told.get(Prefixes.parse("100.64.0.0/24")).asPath())
        .hasToString("65002 65003 65001");
    assertThat(a.told.get(Prefixes.parse("100.64.0.0/24")).med(-1)).isEqualTo(-1);
    // The internal peer: local preference, the next hop as it was, the MED kept.
    assertThat(c.told.get(Prefixes.parse("100.64.1.0/24")))
        .isEqualTo(route("10.77.0.1", 5, 65001, 65001).withLocalPref(100));
    // Our own AS in the path: not for anybody.
    assertThat(c.told).doesNotContainKey(Prefixes.parse("100.66.0.0/16"));
    assertThat(world.peers.get("b").connections).isEqualTo(3);
    assertThat(world.peers.get("b").notifications)
        .containsExactly(Notification.of(NotificationCode.CONNECTION_NOT_SYNCHRONIZED));
    assertThat(a.connections).isEqualTo(1);
    assertThat(a.stillAsking()).isEmpty();
    assertThat(c.stillAsking()).isEmpty();
  }

  @Test
  void keepsTheSessionsWhenTheSpeakerIsKilledAtAnyRecord() {
    SimulatedWorld control = day(-1);
    for (int killAt = 2; killAt <= control.log.size(); killAt++) {
      SimulatedWorld world = day(killAt);

      assertThat(world.wasKilled()).as("killed at %d", killAt).isTrue();
      assertThat(tables(world)).as("tables, killed at %d", killAt).isEqualTo(tables(control));
      for (SimulatedPeer peer : world.peers.values()) {
        SimulatedPeer same = control.peers.get(peer.name);
        String who = peer.name + ", killed at " + killAt;
        assertThat(peer.complaints).as(who).isEmpty();
        assertThat(peer.stillAsking()).as("refresh of " + who).isEmpty();
        assertThat(peer.endSeen()).as("End-of-RIB to " + who).isTrue();
        assertThat(peer.established).as(who).isTrue();
        if (world.establishedAtKill.containsKey(peer.name)) {
          assertThat(peer.connections).as("connections of " + who).isEqualTo(same.connections);
          assertThat(peer.notifications).as(who).isEqualTo(same.notifications);
          peer.withdrawals.forEach(
              (prefix, count) ->
                  assertThat(count)
                      .as("withdrawals of %s to %s", Prefixes.text(prefix), who)
                      .isLessThanOrEqualTo(same.withdrawals.getOrDefault(prefix, 0)));
        }
      }
    }
  }
}
