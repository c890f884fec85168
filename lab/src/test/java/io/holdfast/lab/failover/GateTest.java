package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.failover.records.Armed;
import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.capture.TcpStreams;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer, one failoverd whose commits the test can freeze, one service. */
@Timeout(120)
class GateTest {
  private static final long MANY = 24L << 20;
  private static final long SOME = 1L << 18;

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  @Test
  void withCommitsFrozenNothingLeavesThatIsNotCommittedAndThawedEverythingFlowsOn()
      throws IOException {
    Instance failoverd = rig.instance("").start();
    rig.with(failoverd.service(Armed.OFF));
    rig.startCapture();
    rig.shape("50mbit");
    PatternPeer bulk = rig.begin(Dialogue.both(42, MANY));
    PatternPeer listens = rig.begin(new Dialogue(44, 0, ~44L, MANY, false));
    await().until(() -> bulk.read() > SOME && bulk.written() > SOME && listens.read() > SOME);

    failoverd.freeze();
    SocketChannel fresh = rig.unconnected();
    fresh.configureBlocking(false);
    fresh.bind(new InetSocketAddress(Rig.PEER, 0));
    int freshPort = ((InetSocketAddress) fresh.getLocalAddress()).getPort();
    fresh.connect(new InetSocketAddress(Rig.US, Rig.PORT));
    await("its Opened is in the log, not committed")
        .ignoreExceptions()
        .until(() -> failoverd.connection(freshPort).path("state").asText().equals("handshake"));
    await("segments are held")
        .until(() -> failoverd.connection(bulk.port()).path("held").asInt() > 0);
    await("whoever only listens has all that is committed, and there is more for it")
        .until(() -> hasAllThatIsCommitted(failoverd.connection(listens.port()), listens.port()));
    await("its SYN was sent again")
        .until(() -> Rig.of(rig.captured(), freshPort).from(Rig.PEER).count("SYN", 0) >= 2);
    TcpStreams seen = rig.captured();
    LogContent committed =
        LogContent.read(rig.log(), failoverd.status().path("log").path("committed").asLong());
    for (PatternPeer peer : List.of(bulk, listens)) {
      TcpDirection ours = Rig.of(seen, peer.port()).from(Rig.US);
      LogContent.Connection stable = committed.only(peer.port());
      assertThat(ours.highestAcknowledged())
          .isPositive()
          .isLessThanOrEqualTo(stable.received.size());
      assertThat(ours.highestSent()).isPositive().isLessThanOrEqualTo(stable.sent.size());
    }
    assertThat(failoverd.connection(bulk.port()).path("received").asLong())
        .as("there is something to hold back")
        .isGreaterThan(committed.only(bulk.port()).received.size());
    assertThat(Rig.of(seen, freshPort).from(Rig.US).flags()).as("a SYN-ACK").isEmpty();
    assertThat(committed.of(freshPort)).isEmpty();

    rig.unshape();
    failoverd.thaw();
    await().until(() -> bulk.isComplete() && listens.isComplete());
    await().until(fresh::finishConnect);
    fresh.configureBlocking(true);
    PatternPeer second = PatternPeer.begin(fresh, Dialogue.both(43, SOME));
    await().until(second::isComplete);
    TcpConversation whole = Rig.of(rig.endCapture(), bulk.port());
    assertThat(whole.from(Rig.US).contradictions()).isEmpty();
    assertThat(whole.from(Rig.PEER).contradictions()).isEmpty();
  }

  private boolean hasAllThatIsCommitted(JsonNode connection, int port) {
    long committed = connection.path("committedSent").asLong();
    return connection.path("sent").asLong() > committed
        && Rig.of(rig.captured(), port).from(Rig.US).highestSent() >= committed;
  }
}
