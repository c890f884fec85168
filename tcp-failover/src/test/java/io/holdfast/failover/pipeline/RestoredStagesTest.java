package io.holdfast.failover.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.FourTuple;
import io.holdfast.failover.linux.Errno;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.TcpOptions;
import io.holdfast.logstore.record.RecordKind;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What the two stages do with a connection of an earlier failoverd. */
class RestoredStagesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int ACK = Connection.ACK;

  private final FakeEnds ends = new FakeEnds(600 * SECOND);
  private final Connection connection = logged();

  /** The peer has sent 5 bytes; of our 10 it is known to have 4. */
  private Connection logged() {
    Endpoint local = Endpoint.of(FakeEnds.HERE, 179);
    Endpoint remote = Endpoint.of(FakeEnds.HERE, 40000);
    TcpOptions options = new TcpOptions(1460, 7, true, true, 100);
    Opened opened = new Opened("test", local, remote, false, 0, 1000, 5000, options, options);
    FourTuple key = FourTuple.of(FakeEnds.HERE, 179, FakeEnds.HERE, 40000);
    Connection logged = new Connection(1, key, opened, 0, 1);
    logged.restored(5, false, 4);
    byte[] unacknowledged = "efghij".getBytes(UTF_8);
    ByteBuffer bytes = ByteBuffer.allocateDirect(unacknowledged.length);
    bytes.put(0, unacknowledged);
    logged.restoredOutput(bytes, 0, unacknowledged.length);
    ends.state.add(logged);
    return logged;
  }

  private FailoverEvent restored(long acknowledged) {
    FailoverEvent event = ends.event(EventType.RESTORED);
    event.connection = connection;
    event.descriptor = FakeEnds.FD;
    event.number = acknowledged;
    return event;
  }

  @Test
  void whatThePeerLacksIsWrittenAndNothingBeforeIt() {
    ends.batch(restored(7));
    assertThat(ends.written.toString(UTF_8)).isEqualTo("hij");
    assertThat(ends.told).contains("read " + FakeEnds.FD);
  }

  @Test
  void theFirstSocketSaysWhatIsStableAndNothingElse() {
    ends.batch(
        ends.segment(1, 1004, 1004, 5006, ACK),
        ends.segment(2, 1005, 1011, 5006, ACK),
        ends.segment(3, 1011, 1011, 5106, ACK),
        ends.segment(4, 1011, 1011, 5006, ACK | Connection.RST));
    assertThat(ends.accepted).containsExactly(1, 2);
    assertThat(ends.dropped).containsExactly(3, 4);
  }

  @Test
  void aResetFromTheTimeWithoutASocketHoldsNothingUp() {
    ends.batch(restored(10));
    ends.batch(
        ends.segment(1, 1011, 1011, 0, Connection.RST), ends.segment(2, 1011, 1011, 5006, ACK));
    assertThat(ends.dropped).containsExactly(1);
    assertThat(ends.accepted).containsExactly(2);
  }

  @Test
  void aHeartbeatIsDueAtOnceAndGoesOutWithTheSocket() {
    connection.arm(new Armed(true, "K".getBytes(UTF_8), 3_000, 0, new byte[0], new byte[0]));
    ends.tickAt(2);
    assertThat(ends.kinds()).containsExactly(RecordKind.SENT);
    assertThat(ends.written.toString(UTF_8)).isEmpty();
    ends.batch(restored(10));
    assertThat(ends.written.toString(UTF_8)).isEqualTo("K");
  }

  @Test
  void aPeerThatResetsEndsIt() {
    FailoverEvent lost = ends.event(EventType.LOST);
    lost.connection = connection;
    lost.errno = Errno.ECONNRESET;
    ends.batch(lost);
    assertThat(ends.kinds()).startsWith(RecordKind.CLOSED);
    assertThat(ends.state.connections()).isEmpty();
    assertThat(ends.records.getFirst().payload()[0]).isEqualTo((byte) Cause.PEER_RESET.code());
  }

  @Test
  void aFarewellIsStillDeliveredWhenItsConnectionWasClosedMeanwhile() {
    ends.attach(5);
    ends.folded(5);
    FailoverEvent close = ends.event(EventType.CLOSE);
    close.channel = 5;
    close.number = connection.id();
    ends.batch(ends.output(5, connection, "bye"), close);
    assertThat(ends.state.connections()).contains(connection);
    ends.batch(restored(4));
    assertThat(ends.written.toString(UTF_8)).isEqualTo("efghijbye");
    assertThat(ends.told).contains("shutdown " + FakeEnds.FD);
  }

  @Test
  void marksFollowWhatThePeerAcknowledges() {
    ProgressMarks marks = new ProgressMarks(ends.state, ends.logStage, ends);
    ends.batch(restored(4));
    ends.unacknowledged = 2;
    ends.state.nowNanos = 2 + ProgressMarks.NANOS;
    marks.tick();
    assertThat(ends.kinds()).containsExactly(RecordKind.PROGRESS);
    assertThat(connection.markedAcknowledged()).isEqualTo(8);
    marks.tick();
    assertThat(ends.kinds()).as("not again at once").hasSize(1);
  }
}
