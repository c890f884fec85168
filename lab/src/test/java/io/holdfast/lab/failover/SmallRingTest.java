package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.failover.records.Armed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer with fifty connections, one failoverd with the smallest ring, one service. */
@Timeout(120)
class SmallRingTest {
  private static final int CONNECTIONS = 50;
  private static final long EACH = 1L << 20;

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  @Test
  void aRingThatIsFullAllTheTimeLosesNothingAndBlocksNothing() {
    Instance failoverd = rig.instance("ring: 64").start();
    rig.with(failoverd.service(Armed.OFF));
    List<PatternPeer> peers = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      peers.add(rig.begin(Dialogue.both(i, EACH)));
    }
    await().until(() -> peers.stream().allMatch(PatternPeer::isComplete));
    JsonNode gate = failoverd.status().path("gate");
    assertThat(gate.path("segments").asLong()).isGreaterThan(CONNECTIONS);
    assertThat(gate.path("kernelQueueDropped").asLong()).isZero();
    assertThat(gate.path("kernelUserDropped").asLong()).isZero();
    assertThat(gate.path("held").asLong()).isZero();
  }
}
