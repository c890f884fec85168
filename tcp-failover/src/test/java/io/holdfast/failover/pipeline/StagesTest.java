package io.holdfast.failover.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.record.RecordKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the two stages do, with commits given by hand. */
class StagesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int ACK = Connection.ACK;

  private final FakeEnds ends = new FakeEnds(600 * SECOND);

  @Test
  void theSynAckWaitsForTheOpenedRecord() {
    ends.frozen = true;
    FailoverEvent syn = ends.segment(1, 5000, 5000, 0, Connection.SYN);
    syn.inbound = true;
    ends.batch(syn, ends.segment(2, 1000, 1000, 5001, Connection.SYN | ACK));
    assertThat(ends.kinds()).containsExactly(RecordKind.OPENED);
    assertThat(ends.accepted).containsExactly(1);
    ends.commitAll();
    assertThat(ends.accepted).containsExactly(1, 2);
  }

  @Test
  void aSynAckThatIsSentAgainOpensNothingNew() {
    ends.open();
    ends.batch(ends.segment(9, 1000, 1000, 5001, Connection.SYN | ACK));
    assertThat(ends.kinds()).containsExactly(RecordKind.OPENED);
    assertThat(ends.accepted).contains(9);
  }

  @Test
  void theLastSegmentOfOurOwnHandshakeWaitsForTheOpenedRecord() {
    FailoverEvent connecting = ends.event(EventType.CONNECTING);
    connecting.number = 77;
    connecting.descriptor = FakeEnds.FD;
    FailoverEvent synAck = ends.segment(2, 5000, 5000, 1001, Connection.SYN | ACK);
    synAck.inbound = true;
    ends.batch(connecting, ends.segment(1, 1000, 1000, 0, Connection.SYN), synAck);
    assertThat(ends.accepted).containsExactly(1, 2);
    ends.frozen = true;
    ends.batch(ends.segment(3, 1001, 1001, 5001, ACK));
    assertThat(ends.kinds()).containsExactly(RecordKind.OPENED);
    assertThat(ends.accepted).containsExactly(1, 2);
    ends.commitAll();
    assertThat(ends.accepted).containsExactly(1, 2, 3);
    FailoverEvent connected = ends.event(EventType.CONNECTED);
    connected.number = 77;
    connected.descriptor = FakeEnds.FD;
    ends.batch(connected);
    assertThat(ends.told).contains("read " + FakeEnds.FD);
  }

  @Test
  void theSocketOfOurOwnHandshakeIsReadHoweverItsEventsAreOrdered() {
    FailoverEvent connecting = ends.event(EventType.CONNECTING);
    connecting.number = 77;
    connecting.descriptor = FakeEnds.FD;
    FailoverEvent synAck = ends.segment(2, 5000, 5000, 1001, Connection.SYN | ACK);
    synAck.inbound = true;
    FailoverEvent connected = ends.event(EventType.CONNECTED);
    connected.number = 77;
    connected.descriptor = FakeEnds.FD;
    ends.batch(connecting, ends.segment(1, 1000, 1000, 0, Connection.SYN), synAck, connected);
    ends.batch(ends.segment(3, 1001, 1001, 5001, ACK));
    assertThat(ends.told).contains("read " + FakeEnds.FD);
  }

  @Test
  void acknowledgmentsWaitInOrderUntilWhatTheyAcknowledgeIsCommitted() {
    Connection connection = ends.open();
    ends.accepted.clear();
    ends.frozen = true;
    ends.batch(ends.read(connection, "hello"), ends.segment(10, 1001, 1001, 5006, ACK));
    ends.batch(ends.segment(11, 1001, 1001, 5001, ACK));
    assertThat(ends.accepted).isEmpty();
    ends.commitAll();
    assertThat(ends.accepted).containsExactly(10, 11);
  }

  @Test
  void anAcknowledgmentThatComesBeforeItsBytesAreReadWaitsToo() {
    Connection connection = ends.open();
    ends.accepted.clear();
    ends.batch(ends.segment(10, 1001, 1001, 5006, ACK));
    assertThat(ends.accepted).isEmpty();
    ends.batch(ends.read(connection, "hello"));
    assertThat(ends.accepted).containsExactly(10);
  }

  @Test
  void aConnectionDoesNotWaitForAnother() {
    ends.open();
    ends.accepted.clear();
    ends.batch(ends.segment(10, 1001, 1001, 5006, ACK));
    FailoverEvent other = ends.segment(20, 3000, 3000, 7001, Connection.SYN | ACK);
    other.key.set(
        io.holdfast.failover.connection.FourTuple.of(FakeEnds.HERE, 179, FakeEnds.HERE, 40001));
    ends.batch(other);
    assertThat(ends.accepted).containsExactly(20);
  }

  @Test
  void outputIsWrittenAfterItsRecordIsCommittedAndNotBefore() {
    Connection connection = ends.open();
    ends.attach(5);
    ends.folded(5);
    ends.frozen = true;
    ends.batch(ends.output(5, connection, "message"));
    assertThat(ends.written.toString(UTF_8)).isEmpty();
    ends.commitAll();
    assertThat(ends.written.toString(UTF_8)).isEqualTo("message");
  }

  @Test
  void whatTheSocketDoesNotTakeWaitsForRoomInOrder() {
    Connection connection = ends.open();
    ends.attach(5);
    ends.folded(5);
    ends.room = 3;
    ends.batch(ends.output(5, connection, "first"), ends.output(5, connection, "second"));
    assertThat(ends.written.toString(UTF_8)).isEqualTo("fir");
    assertThat(ends.told).contains("room " + FakeEnds.FD);
    ends.room = Integer.MAX_VALUE;
    FailoverEvent room = ends.event(EventType.ROOM);
    room.connection = connection;
    ends.batch(room);
    assertThat(ends.written.toString(UTF_8)).isEqualTo("firstsecond");
  }

  private void gone(long channel) {
    FailoverEvent gone = ends.event(EventType.SPEAKER_GONE);
    gone.channel = channel;
    ends.batch(gone);
  }

  @Test
  void outputOfAnEarlierSpeakerIsRefusedOnceALaterOneHasAttached() {
    Connection connection = ends.open();
    ends.attach(5);
    ends.folded(5);
    gone(5);
    ends.attach(6);
    ends.batch(ends.output(5, connection, "late"));
    assertThat(ends.written.toString(UTF_8)).isEmpty();
    assertThat(ends.state.counters.fencedOutputs).isEqualTo(1);
  }

  @Test
  void whoWantsToSpeakWhileAnotherDoesIsTurnedAwayAndChangesNothing() {
    Connection connection = ends.open();
    register(5, "first");
    ends.attach(5);
    ends.folded(5);
    register(6, "second");
    ends.attach(6);
    ends.batch(ends.output(6, connection, "usurped"), ends.output(5, connection, "mine"));
    assertThat(ends.told).contains("serve first", "fence 6").doesNotContain("serve second");
    assertThat(ends.written.toString(UTF_8)).isEqualTo("mine");
    gone(5);
    register(7, "second");
    ends.attach(7);
    assertThat(ends.told).contains("serve second");
    assertThat(ends.state.speaker.hasTheWord(7)).isTrue();
  }

  private void register(long channel, String name) {
    FailoverEvent event = ends.event(EventType.REGISTER);
    event.channel = channel;
    event.object = new ServiceSpec(name, 179, List.of());
    ends.batch(event);
  }

  @Test
  void theReplayStartsAtTheOldestOpenConnection() {
    ends.attach(5);
    long before = ends.appended();
    ends.open();
    gone(5);
    ends.attach(6);
    assertThat(ends.told).contains("welcome 6 from " + before);
  }

  private void arm(long channel, Connection connection, int intervalMillis, int silenceMillis) {
    FailoverEvent event = ends.event(EventType.ARM);
    event.channel = channel;
    event.number = connection.id();
    event.object =
        new Armed(
            true,
            "beat".getBytes(UTF_8),
            intervalMillis,
            silenceMillis,
            "silent".getBytes(UTF_8),
            "limit".getBytes(UTF_8));
    ends.batch(event);
  }

  /** As it is while failoverd runs: every tenth of a second. */
  private void tickUntil(long nanos) {
    for (long at = ends.state.nowNanos; at <= nanos; at += SECOND / 10) {
      ends.tickAt(at);
    }
  }

  private Connection armedAndAlone(int silenceMillis) {
    Connection connection = ends.open();
    ends.attach(5);
    ends.folded(5);
    arm(5, connection, 3000, silenceMillis);
    FailoverEvent gone = ends.event(EventType.SPEAKER_GONE);
    gone.channel = 5;
    ends.batch(gone);
    return connection;
  }

  @Test
  void standsInWithHeartbeatsWhileNobodyIsHomeAndOnlyThen() {
    Connection connection = ends.open();
    ends.attach(5);
    ends.folded(5);
    arm(5, connection, 3000, 0);
    ends.tickAt(SECOND / 2);
    ends.folded(5);
    assertThat(ends.written.toString(UTF_8)).isEmpty();
    FailoverEvent gone = ends.event(EventType.SPEAKER_GONE);
    gone.channel = 5;
    ends.batch(gone);
    ends.tickAt(SECOND);
    assertThat(ends.written.toString(UTF_8)).isEmpty();
    ends.tickAt(3 * SECOND + 2);
    ends.tickAt(4 * SECOND);
    assertThat(ends.written.toString(UTF_8)).isEqualTo("beat");
    ends.attach(6);
    ends.tickAt(7 * SECOND);
    assertThat(ends.written.toString(UTF_8)).as("still replaying").isEqualTo("beatbeat");
    ends.folded(6);
    ends.tickAt(15 * SECOND / 2);
    ends.folded(6);
    ends.tickAt(8 * SECOND);
    ends.folded(6);
    ends.tickAt(11 * SECOND);
    assertThat(ends.written.toString(UTF_8)).isEqualTo("beatbeat");
  }

  @Test
  void saysNothingOnAConnectionThatIsNotArmed() {
    ends.open();
    for (int second = 1; second < 100; second++) {
      ends.tickAt(second * SECOND);
    }
    assertThat(ends.written.toString(UTF_8)).isEmpty();
  }

  @Test
  void givesTheFarewellForSilenceToAPeerThatSaidNothingWhileNobodyWasHome() {
    armedAndAlone(9000);
    tickUntil(8 * SECOND);
    assertThat(ends.written.toString(UTF_8)).isEqualTo("beatbeat");
    tickUntil(10 * SECOND);
    assertThat(ends.written.toString(UTF_8)).startsWith("beatbeat").endsWith("silent");
    assertThat(ends.kinds()).endsWith(RecordKind.SENT, RecordKind.CLOSED);
    assertThat(ends.told).contains("shutdown " + FakeEnds.FD);
  }

  @Test
  void aPeerThatSpeaksIsNotSilent() {
    Connection connection = armedAndAlone(9000);
    tickUntil(5 * SECOND);
    ends.batch(ends.read(connection, "x"));
    tickUntil(10 * SECOND);
    assertThat(ends.kinds()).doesNotContain(RecordKind.CLOSED);
  }

  @Test
  void saysFarewellWhenTheLimitIsReached() {
    armedAndAlone(0);
    ends.tickAt(601 * SECOND);
    assertThat(ends.written.toString(UTF_8)).endsWith("limit");
    assertThat(ends.kinds()).endsWith(RecordKind.SENT, RecordKind.CLOSED);
  }

  @Test
  void aSpeakerThatDoesNotFoldForASecondIsFenced() {
    ends.attach(5);
    ends.folded(5);
    for (int tick = 1; tick <= 12; tick++) {
      ends.tickAt(tick * SECOND / 10);
    }
    assertThat(ends.told).contains("fence 5", "silent 4711");
  }

  @Test
  void aPauseOfOurOwnIsNoSilenceOfTheSpeaker() {
    ends.attach(5);
    ends.folded(5);
    ends.tickAt(SECOND / 10);
    ends.tickAt(20 * SECOND);
    assertThat(ends.told).doesNotContain("fence 5");
  }

  @Test
  void anOrderlyCloseWritesEverythingThenShutsThenWaitsForThePeer() {
    Connection connection = ends.open();
    ends.attach(5);
    ends.folded(5);
    FailoverEvent close = ends.event(EventType.CLOSE);
    close.channel = 5;
    close.number = connection.id();
    ends.batch(ends.output(5, connection, "bye"), close);
    assertThat(ends.written.toString(UTF_8)).isEqualTo("bye");
    assertThat(ends.told).contains("shutdown 42").doesNotContain("close 42");
    FailoverEvent fin = ends.event(EventType.PEER_FIN);
    fin.connection = connection;
    ends.batch(fin);
    assertThat(ends.told).endsWith("close 42");
    assertThat(ends.state.connections()).isEmpty();
  }

  private void close(long channel, Connection connection, boolean abort) {
    FailoverEvent close = ends.event(EventType.CLOSE);
    close.channel = channel;
    close.number = connection.id();
    close.flag = abort;
    ends.batch(close);
  }

  @Test
  void aSocketThatFailsWhileItsConnectionIsClosingGoesAtOnce() {
    Connection connection = ends.open();
    ends.attach(5);
    close(5, connection, false);
    assertThat(ends.told).contains("shutdown 42").doesNotContain("reset 42");
    FailoverEvent error = ends.event(EventType.SOCKET_ERROR);
    error.connection = connection;
    ends.batch(error);
    assertThat(ends.told).endsWith("reset 42");
    assertThat(ends.state.connections()).isEmpty();
  }

  @Test
  void untilItsSocketIsClosedAConnectionThatIsOverAcknowledgesNothingThatIsNotCommitted() {
    Connection connection = ends.open();
    ends.attach(5);
    close(5, connection, true);
    assertThat(ends.told).endsWith("reset 42");
    ends.batch(ends.segment(30, 1001, 1001, 5900, ACK));
    assertThat(ends.dropped).contains(30);
    ends.batch(ends.segment(31, 1001, 1001, 5900, ACK | Connection.RST));
    assertThat(ends.accepted).contains(31);
    FailoverEvent departed = ends.event(EventType.DEPARTED);
    departed.connection = connection;
    ends.batch(departed);
    ends.batch(ends.segment(32, 1001, 1001, 5900, ACK));
    assertThat(ends.accepted).as("of nothing that the log knows").contains(32);
  }

  @Test
  void aPauseOfOurOwnIsNoSilenceOfThePeer() {
    armedAndAlone(9000);
    ends.tickAt(SECOND / 10);
    ends.tickAt(20 * SECOND);
    assertThat(ends.kinds()).doesNotContain(RecordKind.CLOSED);
  }

  @Test
  void aSpeakerThatSaysMoreThanAStalledLogCanHoldIsFencedAndWaitsForTheLog() {
    Connection connection = ends.open();
    ends.attach(5);
    ends.folded(5);
    ends.frozen = true;
    String block = "x".repeat(60_000);
    while (ends.uncommitted() <= LogStage.OUTPUT_LIMIT) {
      ends.batch(ends.output(5, connection, block));
    }
    long before = ends.appended();
    ends.batch(ends.output(5, connection, block));
    assertThat(ends.appended()).isEqualTo(before);
    assertThat(ends.told).contains("fence 5");
    ends.attach(6);
    assertThat(ends.told).contains("fence 6");
    ends.commitAll();
    ends.attach(7);
    assertThat(ends.state.speaker.hasTheWord(7)).isTrue();
  }

  @Test
  void theReadingStopsWhileTheLogDoesNotKeepUp() {
    Connection connection = ends.open();
    ends.frozen = true;
    String block = "x".repeat(60_000);
    while (ends.uncommitted() <= LogStage.UNCOMMITTED_LIMIT) {
      ends.batch(ends.read(connection, block));
    }
    assertThat(ends.told).endsWith("pause");
    ends.commitAll();
    assertThat(ends.told).endsWith("resume");
  }

  @Test
  void whatASpeakerWasOpeningEndsWhenItsSuccessorAttaches() {
    ends.attach(5);
    FailoverEvent connecting = ends.event(EventType.CONNECTING);
    connecting.number = 77;
    connecting.descriptor = FakeEnds.FD;
    ends.batch(connecting);
    FailoverEvent gone = ends.event(EventType.SPEAKER_GONE);
    gone.channel = 5;
    ends.batch(gone);
    ends.attach(6);
    assertThat(ends.told).contains("reset " + FakeEnds.FD);
    ends.told.clear();
    FailoverEvent refused = ends.event(EventType.CONNECTED);
    refused.number = 77;
    refused.descriptor = FakeEnds.FD;
    refused.errno = 111;
    ends.batch(refused);
    assertThat(ends.told).as("closed once, and its successor knows no number 77").isEmpty();
  }

  @Test
  void aFloodOfForgedSynsCompletesNoHandshakeUnlogged() {
    FailoverEvent connecting = ends.event(EventType.CONNECTING);
    connecting.number = 77;
    connecting.descriptor = FakeEnds.FD;
    FailoverEvent synAck = ends.segment(2, 5000, 5000, 1001, Connection.SYN | ACK);
    synAck.inbound = true;
    ends.batch(connecting, ends.segment(1, 1000, 1000, 0, Connection.SYN), synAck);
    for (int port = 1; port < 5000; port++) {
      FailoverEvent forged = ends.segment(port, 9, 9, 0, Connection.SYN);
      forged.inbound = true;
      forged.key.set(
          io.holdfast.failover.connection.FourTuple.of(FakeEnds.HERE, 179, FakeEnds.HERE, port));
      ends.batch(forged);
    }
    ends.frozen = true;
    ends.accepted.clear();
    ends.batch(ends.segment(3, 1001, 1001, 5001, ACK));
    assertThat(ends.kinds()).containsExactly(RecordKind.OPENED);
    assertThat(ends.accepted).isEmpty();
  }

  @Test
  void theLastSegmentOfAHandshakeThatWasNotSeenWholeIsDropped() {
    FailoverEvent connecting = ends.event(EventType.CONNECTING);
    connecting.number = 77;
    connecting.descriptor = FakeEnds.FD;
    ends.batch(connecting, ends.segment(1, 1000, 1000, 0, Connection.SYN));
    ends.batch(ends.segment(3, 1001, 1001, 5001, ACK));
    assertThat(ends.dropped).containsExactly(3);
    assertThat(ends.kinds()).isEmpty();
  }
}
