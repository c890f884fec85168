package io.holdfast.failover.south;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.failover.south.RuleSpec.ProtectedPeer;
import io.holdfast.failover.south.RuleText.Family;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleTextTest {
  private static RuleSpec spec() throws Exception {
    ProtectedPeer peer = new ProtectedPeer(InetAddress.getByName("192.0.2.1"), null, 179, 0);
    return new RuleSpec(7, List.of(peer, peer));
  }

  @Test
  void startsFromNothing() throws Exception {
    assertThat(RuleText.install(spec(), Family.IPV4, ""))
        .isEqualTo(
            """
            *raw
            :HOLDFAST-7-OUT - [0:0]
            :HOLDFAST-7-IN - [0:0]
            -A HOLDFAST-7-OUT -d 192.0.2.1/32 -p tcp -m tcp --sport 179 -j NFQUEUE --queue-num 7
            -A HOLDFAST-7-IN -s 192.0.2.1/32 -p tcp -m tcp --dport 179 --tcp-flags SYN SYN -j NFQUEUE --queue-num 7
            -I OUTPUT 1 -j HOLDFAST-7-OUT
            -I PREROUTING 1 -j HOLDFAST-7-IN
            COMMIT
            """);
    assertThat(RuleText.remove(7, "")).isEmpty();
  }

  @Test
  void deletesEachJumpOfOursThatIsThereAndNoOther() throws Exception {
    String saved =
        """
        *raw
        :PREROUTING ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :HOLDFAST-7-OUT - [0:0]
        :HOLDFAST-70-OUT - [0:0]
        -A OUTPUT -j HOLDFAST-70-OUT
        -A OUTPUT -j HOLDFAST-7-OUT
        -A OUTPUT -p udp -j ACCEPT
        -A OUTPUT -j HOLDFAST-7-OUT
        COMMIT
        """;
    assertThat(RuleText.install(spec(), Family.IPV4, saved).lines())
        .filteredOn(line -> line.startsWith("-D"))
        .containsExactly("-D OUTPUT -j HOLDFAST-7-OUT", "-D OUTPUT -j HOLDFAST-7-OUT");
    assertThat(RuleText.remove(7, saved))
        .isEqualTo(
            """
            *raw
            -D OUTPUT -j HOLDFAST-7-OUT
            -D OUTPUT -j HOLDFAST-7-OUT
            -F HOLDFAST-7-OUT
            -X HOLDFAST-7-OUT
            COMMIT
            """);
  }

  @Test
  void writesAnIpv6AddressWithoutItsZone() throws Exception {
    byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
    InetAddress peer = java.net.Inet6Address.getByAddress(null, linkLocal, 3);
    RuleSpec spec = new RuleSpec(7, List.of(new ProtectedPeer(peer, null, 179, 0)));
    assertThat(RuleText.rules(spec, Family.IPV6)).allMatch(rule -> rule.contains(":1/128"));
    assertThat(RuleText.rules(spec, Family.IPV4)).isEmpty();
  }

  @Test
  void refusesALocalAddressOfTheOtherFamily() throws Exception {
    InetAddress four = InetAddress.getByName("192.0.2.1");
    InetAddress six = InetAddress.getByName("2001:db8::1");
    assertThatThrownBy(() -> new ProtectedPeer(four, six, 179, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
