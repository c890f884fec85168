package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.capture.TcpStreams;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Topology: one peer with streams in both directions, one failoverd, one service; both killed. */
class KilledDaemonsTest {
  private static final int ROUNDS = 4;
  private static final int STREAMS = 3;
  private static final long MANY = 24L << 20;

  /** A segment may be on the cable, or wait for the witness, when its sender dies. */
  private static final long ON_THE_WAY_MICROS = 50_000;

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  @Test
  void whatTheWitnessSawAcknowledgedAndSentIsInTheLogAndTheDeadSayNothing() {
    long seed = new Random().nextLong();
    System.out.println("KilledDaemonsTest: seed " + seed);
    Random random = new Random(seed);
    rig.shape("200mbit");
    for (int round = 1; round <= ROUNDS; round++) {
      round(random, "seed " + seed + ", round " + round);
    }
  }

  private void round(Random random, String what) {
    Instance failoverd = rig.instance("").start();
    LabProcess service = failoverd.startService("service", 0, 0);
    rig.startCapture();
    List<PatternPeer> peers = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      peers.add(rig.begin(Dialogue.both(random.nextLong(), MANY)));
    }
    long moment = random.nextLong(MANY / 2);
    boolean failoverdFirst = random.nextBoolean();
    await(what)
        .until(() -> peers.stream().anyMatch(p -> p.read() >= moment || p.written() >= moment));

    LabProcess first = failoverdFirst ? failoverd.process() : service;
    LabProcess second = failoverdFirst ? service : failoverd.process();
    first.signal(Signal.KILL);
    second.signal(Signal.KILL);
    assertThat(first.awaitEnd(Instance.LIMIT) && second.awaitEnd(Instance.LIMIT)).isTrue();
    long dead = System.currentTimeMillis() * 1000;
    await("the peer says it again, into the void")
        .until(() -> peers.stream().allMatch(p -> lastOfThePeer(p) > dead + ON_THE_WAY_MICROS));

    TcpStreams seen = rig.endCapture();
    LogContent log = LogContent.read(rig.log());
    for (PatternPeer peer : peers) {
      TcpConversation conversation = Rig.of(seen, peer.port());
      inTheLog(what, conversation, log.of(peer.port()).getLast());
      assertThat(conversation.from(Rig.US).lastMicros())
          .as(what + ": the last segment of ours, and the time of death")
          .isLessThan(dead + ON_THE_WAY_MICROS);
      peer.close();
    }
  }

  private long lastOfThePeer(PatternPeer peer) {
    return Rig.of(rig.captured(), peer.port()).from(Rig.PEER).lastMicros();
  }

  private static void inTheLog(
      String what, TcpConversation conversation, LogContent.Connection logged) {
    TcpDirection ours = conversation.from(Rig.US);
    TcpDirection theirs = conversation.from(Rig.PEER);
    int acknowledged = (int) ours.highestAcknowledged();
    byte[] received = logged.received.toByteArray();
    assertThat(received.length).as(what).isGreaterThanOrEqualTo(acknowledged);
    assertThat(Arrays.mismatch(received, 0, acknowledged, theirs.bytes(), 0, acknowledged))
        .as(what + ": what was acknowledged, in the log and on the wire")
        .isEqualTo(-1);
    byte[] said = ours.bytes();
    byte[] sent = logged.sent.toByteArray();
    assertThat((long) said.length).as(what).isEqualTo(ours.highestSent());
    assertThat(sent.length).as(what).isGreaterThanOrEqualTo(said.length);
    assertThat(Arrays.mismatch(sent, 0, said.length, said, 0, said.length))
        .as(what + ": what was sent, in the log and on the wire")
        .isEqualTo(-1);
  }
}
