package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.records.Armed;
import io.holdfast.lab.net.Signal;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer; one failoverd, or two side by side in one namespace. */
@Timeout(120)
class KernelRulesTest {
  private static final long MANY = 12L << 20;
  private static final String FOREIGN = "-A OUTPUT -p udp -m udp --dport 9 -j ACCEPT";

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  private List<String> raw() {
    return rig.us.run("iptables-save", "-t", "raw").lines().toList();
  }

  private long count(String start) {
    return raw().stream().filter(line -> line.startsWith(start)).count();
  }

  private boolean inPlace(int queue) {
    return count("-A OUTPUT -j HOLDFAST-" + queue + "-OUT") == 1
        && count("-A PREROUTING -j HOLDFAST-" + queue + "-IN") == 1
        && raw().stream().anyMatch(line -> line.endsWith("-j NFQUEUE --queue-num " + queue));
  }

  @Test
  void rulesThatSomebodyFlushedAreBackWithAnAlarmAndTheStreamDoesNotNotice() {
    Instance failoverd = rig.instance("").start();
    rig.with(failoverd.service(Armed.OFF));
    rig.shape("100mbit");
    PatternPeer bulk = rig.begin(Dialogue.both(7, MANY));
    await().until(() -> bulk.read() > 0);
    assertThat(inPlace(179)).isTrue();
    List<String> whole = raw().stream().filter(line -> line.contains("HOLDFAST")).toList();

    rig.us.run("nft", "flush", "ruleset");

    await().until(() -> inPlace(179));
    assertThat(raw().stream().filter(line -> line.contains("HOLDFAST"))).hasSize(whole.size());
    await().until(() -> failoverd.alarmed("rules were gone"));
    rig.unshape();
    await().until(bulk::isComplete);
  }

  @Test
  void theRulesOfAKilledInstanceAreReplacedThoseOfOthersSurviveAndAnEndInOrderRemovesOurs() {
    rig.us.run(
        "iptables", "-t", "raw", "-A", "OUTPUT", "-p", "udp", "--dport", "9", "-j", "ACCEPT");
    Instance failoverd = rig.instance("").start();
    PatternService first = rig.with(failoverd.service(Armed.OFF));
    await().until(() -> inPlace(179));
    List<String> whole = raw().stream().filter(line -> line.contains("HOLDFAST")).toList();
    failoverd.process().signal(Signal.KILL);
    assertThat(failoverd.process().awaitEnd(Instance.LIMIT)).isTrue();
    assertThat(inPlace(179)).as("nobody listens, so nothing leaves").isTrue();
    first.close();

    failoverd.start();
    rig.with(failoverd.service(Armed.OFF));
    PatternPeer peer = rig.begin(Dialogue.both(8, 100_000));
    await().until(peer::isComplete);
    assertThat(raw().stream().filter(line -> line.contains("HOLDFAST")))
        .containsExactlyInAnyOrderElementsOf(whole);
    assertThat(raw()).contains(FOREIGN);

    failoverd.process().signal(Signal.TERM);
    assertThat(failoverd.process().awaitEnd(Instance.LIMIT)).isTrue();
    assertThat(failoverd.process().exitCode()).isZero();
    assertThat(raw()).noneMatch(line -> line.contains("HOLDFAST")).contains(FOREIGN);
  }

  @Test
  void twoInstancesWithQueuesOfTheirOwnDoNotTouchEachOther() {
    Instance a = rig.instance("").start();
    Instance b = rig.instance("b", 9001, "queue: 180", rig.workspace.folder("log-b")).start();
    rig.with(a.service(Armed.OFF));
    rig.with(b.service(Armed.OFF));
    rig.shape("100mbit");
    PatternPeer toA = rig.begin(a.port(), Dialogue.both(1, MANY));
    PatternPeer toB = rig.begin(b.port(), Dialogue.both(2, MANY));
    await().until(() -> toA.read() > 0 && toB.read() > 0);
    assertThat(inPlace(179) && inPlace(180)).isTrue();
    for (String line : raw()) {
      if (line.contains("NFQUEUE")) {
        boolean ofA = line.contains("HOLDFAST-179-");
        assertThat(line)
            .contains(Rig.PEER + "/32")
            .contains(ofA ? "port 9000 " : "port 9001 ")
            .endsWith(ofA ? "--queue-num 179" : "--queue-num 180");
      }
    }

    a.process().signal(Signal.TERM);
    assertThat(a.process().awaitEnd(Instance.LIMIT)).isTrue();

    assertThat(inPlace(179)).isFalse();
    assertThat(inPlace(180)).isTrue();
    rig.unshape();
    await().until(toB::isComplete);
    assertThat(b.alarmed("rules")).isFalse();
  }
}
