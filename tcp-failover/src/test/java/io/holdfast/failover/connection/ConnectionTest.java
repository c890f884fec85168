package io.holdfast.failover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.TcpOptions;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionTest {
  private static final int ACK = Connection.ACK;

  /** Initial numbers at which sequence arithmetic wraps somewhere in the test, or does not. */
  private static Connection connection(int iss, int irs) {
    InetAddress address = InetAddress.getLoopbackAddress();
    Endpoint end = Endpoint.of(address, 179);
    Opened opened =
        new Opened("bgp", end, end, false, 0, iss, irs, TcpOptions.NONE, TcpOptions.NONE);
    return new Connection(1, FourTuple.of(address, 179, address, 179), opened, 0, 0);
  }

  @Test
  void nothingLeavesBeforeTheOpenedRecordIsStable() {
    Connection connection = connection(1000, 5000);
    assertThat(connection.mayLeave(1000, 5001, Connection.SYN | ACK)).isFalse();
    connection.openStable();
    assertThat(connection.mayLeave(1000, 5001, Connection.SYN | ACK)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {5000, 0x7fff_fff0, -16, -1})
  void anAcknowledgmentLeavesWhenItsLastByteIsStableAndNotOneByteSooner(int irs) {
    Connection connection = connection(1000, irs);
    connection.openStable();
    connection.received(100, 0);
    assertThat(connection.mayLeave(1001, irs + 1 + 100, ACK)).isFalse();
    connection.receivedStable(99);
    assertThat(connection.mayLeave(1001, irs + 1 + 100, ACK)).isFalse();
    connection.receivedStable(100);
    assertThat(connection.mayLeave(1001, irs + 1 + 100, ACK)).isTrue();
    assertThat(connection.mayLeave(1001, irs + 1 + 101, ACK)).isFalse();
  }

  @Test
  void theOffsetsGoOnBeyondFourGigabytes() {
    Connection connection = connection(7, 9);
    connection.openStable();
    long far = (5L << 32) + 17;
    connection.receivedStable(far);
    connection.sentStable(far);
    assertThat(connection.mayLeave(8 + (int) far, 10 + (int) far, ACK)).isTrue();
    assertThat(connection.mayLeave(8 + (int) far, 11 + (int) far, ACK)).isFalse();
    assertThat(connection.mayLeave(9 + (int) far, 10 + (int) far, ACK)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, -20})
  void noByteOfOursLeavesBeforeItIsStable(int iss) {
    Connection connection = connection(iss, 5000);
    connection.openStable();
    assertThat(connection.mayLeave(iss + 1 + 19, 5001, ACK)).isFalse();
    connection.sentStable(19);
    assertThat(connection.mayLeave(iss + 1 + 19, 5001, ACK)).isTrue();
  }

  @Test
  void theAcknowledgmentOfThePeersFinWaitsForItsRecord() {
    Connection connection = connection(1000, 5000);
    connection.openStable();
    connection.peerClosed();
    assertThat(connection.mayLeave(1001, 5002, ACK)).isFalse();
    connection.peerClosedStable();
    assertThat(connection.mayLeave(1001, 5002, ACK)).isTrue();
  }

  @Test
  void finAndRstOfOursWaitForTheClosedRecord() {
    Connection connection = connection(1000, 5000);
    connection.openStable();
    assertThat(connection.mayLeave(1001, 5001, ACK | Connection.FIN)).isFalse();
    assertThat(connection.mayLeave(1001, 5001, ACK | Connection.RST)).isFalse();
    connection.closing(Cause.LOCAL_CLOSE, 0);
    assertThat(connection.mayLeave(1001, 5001, ACK | Connection.FIN)).isFalse();
    connection.closeStable();
    assertThat(connection.mayLeave(1001, 5001, ACK | Connection.FIN)).isTrue();
    assertThat(connection.mayLeave(1001, 5001, ACK | Connection.RST)).isTrue();
  }

  @Test
  void aFinStillAcknowledgesNothingThatIsNotStable() {
    Connection connection = connection(1000, 5000);
    connection.openStable();
    connection.closing(Cause.LOCAL_CLOSE, 0);
    connection.closeStable();
    assertThat(connection.mayLeave(1001, 5001 + 10, ACK | Connection.FIN)).isFalse();
  }
}
