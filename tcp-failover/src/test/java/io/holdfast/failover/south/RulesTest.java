package io.holdfast.failover.south;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.linux.NetlinkMonitor;
import io.holdfast.failover.linux.TcpInfo;
import io.holdfast.failover.linux.TcpSockets;
import io.holdfast.failover.linux.TwoHosts;
import io.holdfast.failover.south.RuleSpec.ProtectedPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules on a real kernel, in a namespace of their own. */
class RulesTest {
  private TwoHosts hosts;

  @BeforeEach
  void twoHosts() throws Exception {
    hosts = new TwoHosts();
  }

  @AfterEach
  void removeThem() throws Exception {
    hosts.close();
  }

  private static InetAddress address(String text) throws IOException {
    return InetAddress.getByName(text);
  }

  private static RuleSpec spec(int queue, String peer) throws IOException {
    return new RuleSpec(queue, List.of(new ProtectedPeer(address(peer), null, 179, 179)));
  }

  private static RuleSpec both(int queue) throws IOException {
    return new RuleSpec(
        queue,
        List.of(
            new ProtectedPeer(address("10.77.0.1"), address("10.77.0.2"), 179, 179),
            new ProtectedPeer(address("10.77.0.9"), address("0.0.0.0"), 0, 1179),
            new ProtectedPeer(address("fd77::1"), address("fd77::2"), 179, 0)));
  }

  private <T> T us(Callable<T> work) throws Exception {
    return hosts.us().in(work);
  }

  private void apply(Rules rules) throws Exception {
    us(
        () -> {
          rules.apply();
          return null;
        });
  }

  private void remove(Rules rules) throws Exception {
    us(
        () -> {
          rules.remove();
          return null;
        });
  }

  /** The rules of the raw table, without counters and comments. */
  private List<String> raw(String family) throws Exception {
    return hosts
        .us()
        .exec(family + "-save -t raw")
        .lines()
        .filter(line -> line.startsWith("-A"))
        .toList();
  }

  @Test
  void namesTheConnectionsOfThisInstanceOnlyInBothFamilies() throws Exception {
    Rules rules = new Rules(both(7));
    apply(rules);
    assertThat(us(rules::present)).isTrue();
    assertThat(raw("iptables"))
        .containsExactlyInAnyOrder(
            "-A OUTPUT -j HOLDFAST-7-OUT",
            "-A PREROUTING -j HOLDFAST-7-IN",
            "-A HOLDFAST-7-OUT -s 10.77.0.2/32 -d 10.77.0.1/32 -p tcp -m tcp --sport 179"
                + " -j NFQUEUE --queue-num 7",
            "-A HOLDFAST-7-OUT -s 10.77.0.2/32 -d 10.77.0.1/32 -p tcp -m tcp --dport 179"
                + " -j NFQUEUE --queue-num 7",
            "-A HOLDFAST-7-OUT -d 10.77.0.9/32 -p tcp -m tcp --dport 1179"
                + " -j NFQUEUE --queue-num 7",
            "-A HOLDFAST-7-IN -s 10.77.0.1/32 -d 10.77.0.2/32 -p tcp -m tcp --dport 179"
                + " --tcp-flags SYN SYN -j NFQUEUE --queue-num 7",
            "-A HOLDFAST-7-IN -s 10.77.0.1/32 -d 10.77.0.2/32 -p tcp -m tcp --sport 179"
                + " --tcp-flags SYN SYN -j NFQUEUE --queue-num 7",
            "-A HOLDFAST-7-IN -s 10.77.0.9/32 -p tcp -m tcp --sport 1179"
                + " --tcp-flags SYN SYN -j NFQUEUE --queue-num 7");
    assertThat(raw("ip6tables"))
        .containsExactlyInAnyOrder(
            "-A OUTPUT -j HOLDFAST-7-OUT",
            "-A PREROUTING -j HOLDFAST-7-IN",
            "-A HOLDFAST-7-OUT -s fd77::2/128 -d fd77::1/128 -p tcp -m tcp --sport 179"
                + " -j NFQUEUE --queue-num 7",
            "-A HOLDFAST-7-IN -s fd77::1/128 -d fd77::2/128 -p tcp -m tcp --dport 179"
                + " --tcp-flags SYN SYN -j NFQUEUE --queue-num 7");
    remove(rules);
    assertThat(raw("iptables")).isEmpty();
    assertThat(raw("ip6tables")).isEmpty();
    assertThat(us(rules::present)).isFalse();
    remove(rules);
  }

  @Test
  void replacesTheRulesOfADeadInstanceAndNeverDoublesThem() throws Exception {
    apply(new Rules(both(7)));
    hosts.us().exec("iptables -t raw -A OUTPUT -j HOLDFAST-7-OUT");
    Rules rules = new Rules(spec(7, "10.77.0.3"));
    apply(rules);
    apply(rules);
    assertThat(raw("iptables"))
        .filteredOn(line -> line.equals("-A OUTPUT -j HOLDFAST-7-OUT"))
        .hasSize(1);
    assertThat(raw("iptables")).hasSize(6).noneMatch(line -> line.contains("10.77.0.1/"));
    assertThat(raw("ip6tables")).as("of a family no longer used").isEmpty();
    assertThat(us(rules::present)).isTrue();
  }

  @Test
  void leavesTheRulesOfOthersAndStandsBeforeThem() throws Exception {
    hosts.us().exec("iptables -t raw -A OUTPUT -p tcp --sport 179 -j ACCEPT");
    hosts.us().exec("iptables -t raw -N OTHERS");
    hosts.us().exec("iptables -t raw -A OTHERS -p udp -j RETURN");
    List<String> before = raw("iptables");
    Rules rules = new Rules(spec(7, "10.77.0.1"));
    apply(rules);
    assertThat(raw("iptables"))
        .containsSubsequence(
            "-A OUTPUT -j HOLDFAST-7-OUT", "-A OUTPUT -p tcp -m tcp --sport 179 -j ACCEPT");
    assertThat(raw("iptables")).containsAll(before);
    remove(rules);
    assertThat(raw("iptables")).containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void seesThatSomebodyStandsBeforeThemOrTookPartOfThemAndPutsThemBack() throws Exception {
    Rules rules = new Rules(spec(7, "10.77.0.1"));
    for (String harm :
        List.of(
            "iptables -t raw -I OUTPUT 1 -p tcp -j ACCEPT",
            "iptables -t raw -D OUTPUT -j HOLDFAST-7-OUT",
            "iptables -t raw -D HOLDFAST-7-OUT 1",
            "iptables -t raw -F HOLDFAST-7-IN",
            "iptables -t raw -F",
            "iptables -t raw -I HOLDFAST-7-OUT 1 -j ACCEPT",
            "nft flush ruleset")) {
      apply(rules);
      assertThat(us(rules::present)).as("before " + harm).isTrue();
      hosts.us().exec(harm);
      assertThat(us(rules::present)).as("after " + harm).isFalse();
      apply(rules);
      assertThat(us(rules::present)).as("mended after " + harm).isTrue();
    }
  }

  @Test
  void twoInstancesDoNotTouchEachOther() throws Exception {
    Rules one = new Rules(spec(7, "10.77.0.1"));
    Rules two = new Rules(spec(70, "10.77.0.1"));
    apply(one);
    apply(two);
    assertThat(us(one::present)).isTrue();
    assertThat(us(two::present)).isTrue();
    apply(one);
    assertThat(us(two::present)).isTrue();
    remove(one);
    assertThat(us(two::present)).isTrue();
    assertThat(raw("iptables")).noneMatch(line -> line.contains("HOLDFAST-7-"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.", "fd77::"})
  void nothingLeavesForAProtectedPeerWhileNobodyHasTheQueueAndOthersAreNotTouched(String net)
      throws Exception {
    TcpSockets ours = new TcpSockets();
    TcpSockets theirs = new TcpSockets();
    InetAddress here = address(net + "2");
    int listener = us(() -> ours.listen(here, 179, 8));
    int other = us(() -> ours.listen(here, 1790, 8));
    Rules rules = new Rules(both(7));
    apply(rules);
    int caller = call(theirs, here, 179);
    int stranger = call(theirs, here, 1790);
    await().until(() -> theirs.info(stranger).state() == TcpInfo.ESTABLISHED);
    // The answer to a SYN that was sent before has arrived: so would have the other's.
    assertThat(theirs.info(caller).state()).isEqualTo(TcpInfo.SYN_SENT);
    remove(rules);
    await().until(() -> theirs.info(caller).state() == TcpInfo.ESTABLISHED);
    for (int fd : new int[] {listener, other, caller, stranger}) {
      ours.closeReset(fd);
    }
  }

  private int call(TcpSockets sockets, InetAddress address, int port) throws Exception {
    return hosts.peer().in(() -> sockets.connect(null, new InetSocketAddress(address, port), 0));
  }

  @Test
  void aChangeOfTheRulesIsHeard() throws Exception {
    Rules rules = new Rules(spec(7, "10.77.0.1"));
    apply(rules);
    try (NetlinkMonitor monitor = us(NetlinkMonitor::open)) {
      assertThat(monitor.drain()).isFalse();
      hosts.us().exec("nft flush ruleset");
      await().until(monitor::drain);
      assertThat(monitor.drain()).isFalse();
    }
  }
}
