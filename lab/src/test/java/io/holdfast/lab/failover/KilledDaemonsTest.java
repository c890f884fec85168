package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.holdfast.bgp.cli.HoldfastCommand;
import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.capture.TcpStreams;
import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer with streams in both directions, one failoverd, one service; both killed. */
@Timeout(120)
class KilledDaemonsTest {
  private static final int ROUNDS = 4;
  private static final int STREAMS = 3;

  /** More than ever comes to pass: nobody lives to see its end. */
  private static final long ENDLESS = 1L << 30;

  private static final long LATEST = 12L << 20;

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
    rig.shape("800mbit");
    for (int round = 1; round <= ROUNDS; round++) {
      round(random, "seed " + seed + ", round " + round, round % 2 == 0, round == ROUNDS);
    }
  }

  private void round(Random random, String what, boolean frozen, boolean askTheOperatorsReader) {
    Instance failoverd = rig.instance("").start();
    LabProcess service = failoverd.startService("service", 0, 0);
    rig.startCapture();
    List<PatternPeer> peers = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      peers.add(rig.begin(Dialogue.both(random.nextLong(), ENDLESS)));
    }
    long moment = random.nextLong(LATEST);
    boolean failoverdFirst = random.nextBoolean();
    await(what)
        .until(() -> peers.stream().anyMatch(p -> p.read() >= moment || p.written() >= moment));

    if (frozen) {
      failoverd.freeze();
      await(what)
          .until(() -> failoverd.connections().anyMatch(KilledDaemonsTest::hasUncommittedBytes));
    }
    LabProcess first = failoverdFirst ? failoverd.process() : service;
    LabProcess second = failoverdFirst ? service : failoverd.process();
    first.signal(Signal.KILL);
    second.signal(Signal.KILL);
    assertThat(first.awaitEnd(Instance.LIMIT) && second.awaitEnd(Instance.LIMIT)).isTrue();
    long dead = System.currentTimeMillis() * 1000;
    await("the peer says it again, into the void")
        .until(() -> peers.stream().allMatch(p -> lastOfThePeer(p) > dead + ON_THE_WAY_MICROS));

    if (frozen) {
      failoverd.thaw();
    }
    TcpStreams seen = rig.endCapture();
    LogContent log = LogContent.read(rig.log());
    JsonNode shown = askTheOperatorsReader ? logShow() : MissingNode.getInstance();
    for (PatternPeer peer : peers) {
      TcpConversation conversation = Rig.of(seen, peer.port());
      if (askTheOperatorsReader) {
        shown(what, conversation, ofPort(shown, peer.port()));
      }
      inTheLog(what, conversation, log.of(peer.port()).getLast());
      assertThat(conversation.from(Rig.US).lastMicros())
          .as(what + ": the last segment of ours, and the time of death")
          .isLessThan(dead + ON_THE_WAY_MICROS);
      peer.close();
    }
  }

  private static boolean hasUncommittedBytes(JsonNode connection) {
    return connection.path("received").asLong() > connection.path("committedReceived").asLong();
  }

  /** What the operator's reader says. */
  private JsonNode logShow() {
    List<String> command =
        Instance.java(
            HoldfastCommand.class,
            "256m",
            List.of("log", "show", "--json", "--directory", rig.log().toString()));
    String text = Command.run(command.toArray(String[]::new));
    try {
      return new ObjectMapper().readTree(text.substring(text.indexOf('{'))).path("connections");
    } catch (JsonProcessingException e) {
      throw new AssertionError(text.substring(0, Math.min(1000, text.length())), e);
    }
  }

  private static JsonNode ofPort(JsonNode connections, int port) {
    JsonNode last = MissingNode.getInstance();
    for (JsonNode connection : connections) {
      last = connection.path("remote").asText().endsWith(":" + port) ? connection : last;
    }
    return last;
  }

  private static void shown(String what, TcpConversation conversation, JsonNode connection) {
    TcpDirection ours = conversation.from(Rig.US);
    assertThat(connection.path("received").path(0).path("to").asLong())
        .as(what + ", holdfast log show: received")
        .isGreaterThanOrEqualTo(ours.highestAcknowledged());
    assertThat(connection.path("sent").path(0).path("to").asLong())
        .as(what + ", holdfast log show: sent")
        .isGreaterThanOrEqualTo(ours.highestSent());
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
