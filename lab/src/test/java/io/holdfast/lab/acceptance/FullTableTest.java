package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.routes.BgpEndpoint;
import io.holdfast.lab.routes.MrtTable;
import io.holdfast.lab.routes.RouteFeeder;
import io.holdfast.lab.routes.RouteReader;
import io.holdfast.lab.routes.RouteTable;
import io.holdfast.lab.routes.TableGenerator;
import io.holdfast.lab.topology.Checkout;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topology: pair of peers, with the lab's feeder in the place of FRR a and its reader in the place
 * of FRR b.
 */
class FullTableTest {
  private static final Logger LOG = LoggerFactory.getLogger(FullTableTest.class);
  private static final String REAL_TABLE = "../shared/routes/rrc06-2010-two-feeds.tdv2.gz";
  private static final int GENERATED_PREFIXES = 320_000;
  private static final long SEED = 2010;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration TABLE_LIMIT = Duration.ofSeconds(120);
  private static final int HOLD_SECONDS = 9;

  @Test
  void aFullTableArrivesCompleteAndEqualAlthoughTheSpeakerIsKilledInTheMiddle() throws Exception {
    RouteTable announced =
        table().announcedBy(PairOfPeers.AS_A, Prefixes.parseAddress(PairOfPeers.A));
    RouteTable expected = passedOn(announced);
    try (PairOfPeers pair = PairOfPeers.prepare(PairSetup.failover())) {
      pair.a().close();
      pair.b().close();
      LabProcess failoverd = pair.holdfast().startFailoverd();
      pair.holdfast().awaitActive();
      try (RouteReader reader = reader(pair);
          RouteFeeder feeder = feeder(pair)) {
        FutureTask<Void> feeding = new FutureTask<>(() -> feed(feeder, announced));
        Thread.ofPlatform().daemon().name("feeding").start(feeding);

        assertThat(reader.await(count -> count.routes() > announced.size() / 4, LIMIT)).isTrue();
        assertThat(pair.holdfast().speakerPid()).as(failoverd.lastWords()).isPresent();
        long victim = pair.holdfast().speakerPid().getAsLong();
        assertThat(Signal.KILL.send(victim)).isTrue();
        int atDeath = reader.count().routes();
        feeding.get();
        reader.await(count -> count.routes() == expected.size(), TABLE_LIMIT);

        RouteReader.Count count = reader.count();
        LOG.info("killed at {} routes, at the end {}", atDeath, count);
        assertThat(atDeath).as("routes that had arrived at the kill").isLessThan(announced.size());
        assertThat(count.end()).as("the reader's session ended").isNull();
        assertThat(count.notifications()).isZero();
        assertThat(count.validWithdrawals()).as("withdrawals of valid routes").isZero();
        assertThatTheSameRoutesCame(reader.table(), expected);
        assertThat(count.routes()).isEqualTo(expected.size());
        assertThat(reader.digest()).isEqualTo(expected.digest());
        assertThat(feeder.refreshCount()).as("tables asked for again").isZero();
        assertThat(pair.holdfast().speakerPid().orElse(victim)).isNotEqualTo(victim);
        assertThat(pair.holdfast().showFailover().orElseThrow().at("/speaker/restarts").asInt())
            .as("deaths; %s", failoverd.lastWords())
            .isOne();
      }
    }
  }

  /** What comes back to an AS that is in its path already is dropped (RFC 4271 section 9.1.2). */
  private static RouteTable passedOn(RouteTable table) {
    List<RouteTable.Group> free =
        table.groups().stream()
            .filter(group -> !group.attributes().asPath().contains(PairOfPeers.AS_H))
            .toList();
    return new RouteTable(free).map(FullTableTest::passedOn);
  }

  /** The rules of eBGP, written down here once more. */
  private static PathAttributes passedOn(PathAttributes set) {
    return set.toBuilder()
        .removeInternal()
        .removeMed()
        .prepend(PairOfPeers.AS_H, 1)
        .nextHop(Prefixes.parseAddress(PairOfPeers.H_TO_B))
        .build();
  }

  /** For a failure that says more than that two numbers differ. */
  private static void assertThatTheSameRoutesCame(
      Map<Long, PathAttributes> came, RouteTable expected) {
    for (RouteTable.Group group : expected.groups()) {
      group
          .prefixes()
          .forEach(
              prefix -> {
                if (!group.attributes().equals(came.get(prefix))) {
                  assertThat(came.get(prefix))
                      .as("route to %s", Prefixes.text(prefix))
                      .isEqualTo(group.attributes());
                }
              });
    }
  }

  private static Void feed(RouteFeeder feeder, RouteTable table) throws IOException {
    feeder.feed(table);
    return null;
  }

  private static RouteTable table() throws IOException {
    Path file = Checkout.root().resolve(REAL_TABLE).normalize();
    if (!Files.exists(file)) {
      LOG.info("full table: no {}, so {} made-up prefixes", file, GENERATED_PREFIXES);
      return TableGenerator.generate(SEED, GENERATED_PREFIXES);
    }
    RouteTable table = MrtTable.read(file, 0);
    LOG.info("full table: one feed of {}, {} prefixes", file, table.size());
    return table;
  }

  private static RouteReader reader(PairOfPeers pair) throws Exception {
    BgpEndpoint.Settings settings = settings(PairOfPeers.B, PairOfPeers.H_TO_B, PairOfPeers.AS_B);
    Namespace inB = pair.namespaces().getLast();
    return Inside.call(inB, () -> RouteReader.start(settings, false, LIMIT, FullTableTest::ended));
  }

  private static RouteFeeder feeder(PairOfPeers pair) throws Exception {
    BgpEndpoint.Settings settings = settings(PairOfPeers.A, PairOfPeers.H_TO_A, PairOfPeers.AS_A);
    Namespace inA = pair.namespaces().getFirst();
    return Inside.call(inA, () -> RouteFeeder.start(settings, false, LIMIT, FullTableTest::ended));
  }

  private static void ended(String reason) {
    LOG.info("a session ended: {}", reason);
  }

  private static BgpEndpoint.Settings settings(String local, String remote, long as)
      throws IOException {
    return new BgpEndpoint.Settings(
        InetAddress.getByName(local),
        InetAddress.getByName(remote),
        179,
        as,
        Prefixes.parseAddress(local),
        HOLD_SECONDS);
  }
}
