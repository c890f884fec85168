package io.holdfast.failover.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.failover.linux.Capabilities.Capability;
import org.junit.jupiter.api.Test;

class PlatformCheckTest {
  @Test
  void findsNothingMissingWhereEverythingIsThereAndLeavesNothing() throws Exception {
    try (TwoHosts hosts = new TwoHosts()) {
      assertThat(hosts.us().in(() -> PlatformCheck.problems(true))).isEmpty();
      assertThat(hosts.us().exec("iptables-save -t raw")).doesNotContain("HOLDFAST");
      assertThat(hosts.us().exec("ip6tables-save -t raw")).doesNotContain("HOLDFAST");
    }
  }

  @Test
  void namesEachMissingPrivilegeInOneLine() throws Exception {
    try (TwoHosts hosts = new TwoHosts()) {
      String without = "-net_admin,-net_raw";
      String said =
          hosts
              .us()
              .shell(
                  "setpriv --bounding-set=%s --inh-caps=%s %s"
                      .formatted(without, without, ChildMain.command("check-platform")));
      assertThat(said.lines())
          .containsExactly(
              "failoverd needs CAP_NET_ADMIN (for netfilter queues and rules):"
                  + " start it as root or give it the capability",
              "failoverd needs CAP_NET_RAW (for raw sockets and iptables):"
                  + " start it as root or give it the capability",
              "problems: 2");
    }
  }

  @Test
  void namesAMissingProgram() throws Exception {
    assertThat(Programs.find("nosuchprogram")).isNull();
    assertThat(Programs.find("sh")).isNotNull();
    assertThat(Capabilities.missing(Capability.NET_BIND_SERVICE))
        .isEqualTo(
            "failoverd needs CAP_NET_BIND_SERVICE (to listen on port 179): start it as root or"
                + " give it the capability");
  }
}
