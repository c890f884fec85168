package io.holdfast.bgp.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.failover.daemon.FailoverConfig.Transport;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeakerConfigTest {

  @TempDir Path folder;

  @Test
  void readsTheExample() throws Exception {
    SpeakerConfig config = SpeakerConfig.load(Path.of("../config/example.yaml"));
    assertThat(config.router())
        .isEqualTo(new RouterConfig(65002, (java.net.Inet4Address) address("10.77.0.2"), 179));
    assertThat(config.peers())
        .extracting(PeerConfig::name)
        .containsExactly("frr-a", "frr-b", "core");
    PeerConfig b = config.peers().get(1);
    assertThat(b.address()).isEqualTo(address("10.77.1.1"));
    assertThat(b.localAddress()).contains(address("10.77.1.2"));
    assertThat(b.as()).isEqualTo(65003);
    assertThat(b.holdTimeSeconds()).as("the peer wins over its template").isEqualTo(9);
    assertThat(b.passive()).isTrue();
    assertThat(b.importPolicy().name()).isEqualTo("from-transit");
    assertThat(b.importPolicy().rules().getFirst().prefixSet().orElseThrow().ranges()).hasSize(7);
    assertThat(config.originate().getFirst().prefix()).hasToString("203.0.113.0/24");
    assertThat(config.originate().getFirst().nextHop()).isEmpty();
  }

  @Test
  void fillsInDefaults() throws Exception {
    SpeakerConfig config =
        load(
            """
            version: 1
            router: { as: 65002, router-id: 10.0.0.2 }
            peers:
              - { name: outside, address: 10.0.0.1, as: 65001 }
              - { name: inside, address: 10.0.0.3, as: 65002 }
            """);
    FailoverConfig failover = config.failover();
    assertThat(failover.runtimeDirectory()).isEqualTo(Path.of("/run/holdfast"));
    assertThat(failover.transport()).isEqualTo(Transport.FAILOVER);
    assertThat(failover.standInLimit()).isEqualTo(Duration.ofMinutes(10));
    assertThat(failover.supervise()).isTrue();
    assertThat(failover.queue()).isEqualTo(179);
    assertThat(failover.ring()).isEqualTo(256);
    assertThat(failover.log().directory()).isEqualTo(Path.of("/var/lib/holdfast/log"));
    assertThat(failover.log().sync()).isFalse();
    assertThat(config.peers().get(0))
        .isEqualTo(
            new PeerConfig(
                "outside",
                address("10.0.0.1"),
                65001,
                false,
                179,
                Optional.empty(),
                90,
                Duration.ofSeconds(5),
                PolicyConfig.REJECT_ALL,
                PolicyConfig.REJECT_ALL,
                java.util.List.of("ipv4-unicast"),
                false));
    assertThat(config.peers().get(1).importPolicy()).isSameAs(PolicyConfig.ACCEPT_ALL);
  }

  @Test
  void takesPathsAsRelativeToTheFile() throws Exception {
    SpeakerConfig config =
        load(
            """
            version: 1
            router: { as: 65002, router-id: 10.0.0.2 }
            runtime-directory: run
            failover: { log: { directory: ../log } }
            """);
    assertThat(config.failover().runtimeDirectory()).isEqualTo(folder.resolve("run"));
    assertThat(config.failover().log().directory()).isEqualTo(folder.resolveSibling("log"));
    assertThat(config.failover().northSocket()).isEqualTo(folder.resolve("run/north.sock"));
  }

  @Test
  void readsRangesOfPrefixes() throws Exception {
    SpeakerConfig config =
        load(
            """
            version: 1
            router: { as: 65002, router-id: 10.0.0.2, port: 1790 }
            policies: { p: [ { match: { prefix-set: s }, do: accept } ] }
            prefix-sets: { s: [ 10.0.0.0/8, 10.0.0.0/8 le 24, 10.0.0.0/8 ge 16, "10.0.0.0/8 ge 16 le 24", 0.0.0.0/0, 192.0.2.1/32 ] }
            peers: [ { name: a, address: 10.0.0.1, as: 1, import: p, connect-retry: 500ms } ]
            """);
    PrefixSetConfig set =
        config.peers().getFirst().importPolicy().rules().getFirst().prefixSet().orElseThrow();
    assertThat(set.ranges())
        .extracting(r -> r.prefix() + " " + r.from() + "-" + r.to())
        .containsExactly(
            "10.0.0.0/8 8-8",
            "10.0.0.0/8 8-24",
            "10.0.0.0/8 16-32",
            "10.0.0.0/8 16-24",
            "0.0.0.0/0 0-0",
            "192.0.2.1/32 32-32");
    assertThat(config.router().port()).isEqualTo(1790);
    assertThat(config.peers().getFirst().connectRetry()).isEqualTo(Duration.ofMillis(500));
  }

  private SpeakerConfig load(String text) throws Exception {
    return SpeakerConfig.load(Files.writeString(folder.resolve("holdfast.yaml"), text));
  }

  private static InetAddress address(String text) throws Exception {
    return InetAddress.ofLiteral(text);
  }
}
