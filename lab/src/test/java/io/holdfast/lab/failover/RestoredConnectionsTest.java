package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.lab.net.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Topology: one peer, one service that lives on, one failoverd that is killed and started again.
 */
@Timeout(180)
class RestoredConnectionsTest {
  private static final int KILLS = 4;
  private static final int STREAMS = 3;
  private static final long LENGTH = 24L << 20;
  private static final int INTERVAL = 300;

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  @Test
  void streamsGoOnByteForByteWhereverFailoverdIsKilled() {
    long seed = new Random().nextLong();
    System.out.println("RestoredConnectionsTest: seed " + seed);
    Random random = new Random(seed);
    Instance failoverd = rig.instance("").start();
    rig.with(failoverd.service(PatternService.armed(INTERVAL, 0)));
    rig.shape("200mbit");
    List<PatternPeer> peers = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      peers.add(rig.begin(Dialogue.both(random.nextLong(), LENGTH)));
    }
    for (int kill = 1; kill <= KILLS; kill++) {
      long from = progress(peers);
      long moment = from + random.nextLong(1, LENGTH / KILLS);
      await("seed " + seed + ", kill " + kill).until(() -> progress(peers) >= moment);
      assertThat(peers).as("some is under way").anyMatch(peer -> !peer.isComplete());
      killAndStart(failoverd);
    }
    rig.unshape();
    for (PatternPeer peer : peers) {
      await("seed " + seed).until(peer::isComplete);
    }
    assertThat(failoverd.alarmed(STREAMS + " connections of an earlier failoverd are restored"))
        .isTrue();
  }

  private static long progress(List<PatternPeer> peers) {
    return peers.stream().mapToLong(peer -> Math.max(peer.read(), peer.written())).max().orElse(0);
  }

  private static void killAndStart(Instance failoverd) {
    failoverd.process().signal(Signal.KILL);
    assertThat(failoverd.process().awaitEnd(Instance.LIMIT)).isTrue();
    failoverd.start();
  }

  @Test
  void anIdleConnectionGetsItsHeartbeatsAgainAndThenItsServiceSpeaks() {
    Instance failoverd = rig.instance("").start();
    PatternPeer armed;
    try (PatternService first = failoverd.service(PatternService.armed(INTERVAL, 0))) {
      armed = rig.begin(Dialogue.quiet(2));
      await().until(armed::isComplete);
      await().until(() -> failoverd.connection(armed.port()).path("armed").asBoolean());
      assertThat(first.isActive()).isTrue();
    }
    await().until(() -> armed.messages.size() >= 2);

    killAndStart(failoverd);

    int before = armed.messages.size();
    await().until(() -> armed.messages.size() >= before + 3);
    assertThat(armed.messages).containsOnly(Dialogue.HEARTBEAT);
    assertThat(failoverd.connection(armed.port()).path("state").asText()).isEqualTo("open");
    rig.with(failoverd.service(PatternService.armed(INTERVAL, 0)));
    PatternPeer another = rig.begin(Dialogue.both(3, 1 << 20));
    await("who is new is served as well").until(another::isComplete);
    assertThat(armed.isEnded()).isFalse();
  }
}
