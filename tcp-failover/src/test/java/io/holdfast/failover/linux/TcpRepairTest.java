package io.holdfast.failover.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets in repair mode, on a host whose peer knows nothing of them. */
class TcpRepairTest {
  private static final int SEND_NEXT = -3; // the numbers wrap
  private static final int RECEIVE_NEXT = 0x7fff_fffe;
  private static final InetSocketAddress US = new InetSocketAddress("10.77.0.2", 179);
  private static final InetSocketAddress PEER = new InetSocketAddress("10.77.0.1", 40_000);

  private TwoHosts hosts;
  private final TcpSockets sockets = new TcpSockets();
  private final TcpRepair repair = new TcpRepair(sockets);

  @BeforeEach
  void begin() throws Exception {
    hosts = new TwoHosts();
  }

  @AfterEach
  void end() throws Exception {
    hosts.close();
  }

  private int open(int timestamp) throws Exception {
    return hosts
        .us()
        .in(
            () ->
                repair.open(
                    US,
                    PEER,
                    new TcpRepair.Numbers(
                        SEND_NEXT, RECEIVE_NEXT, 1_400, 7, 9, true, true, timestamp)));
  }

  @Test
  void isEstablishedAsAgreed() throws Exception {
    int fd = open(4_710);
    TcpInfo info = sockets.info(fd);
    assertThat(info.state()).isEqualTo(TcpInfo.ESTABLISHED);
    assertThat(info.sendWindowScale()).isEqualTo(7);
    assertThat(info.receiveWindowScale()).isEqualTo(9);
    assertThat(info.options())
        .isEqualTo(TcpInfo.OPTION_TIMESTAMPS | TcpInfo.OPTION_SACK | TcpInfo.OPTION_WINDOW_SCALE);
    assertThat(sockets.localAddress(fd)).isEqualTo(US);
    assertThat(sockets.peerAddress(fd)).isEqualTo(PEER);
    repair.forget(fd);
  }

  @Test
  void whatIsRestoredAsSentWaitsForItsAcknowledgmentAcrossTheWrapOfTheNumbers() throws Exception {
    int fd = open(4_710);
    repair.sent(fd, ByteBuffer.allocateDirect(100_000), 0, 100_000);
    assertThat(sockets.unsentBytes(fd)).isEqualTo(100_000);
    TcpRepair.Windows windows = new TcpRepair.Windows(RECEIVE_NEXT - 9, 1, 9, 5_000, RECEIVE_NEXT);
    repair.windows(fd, windows);
    assertThat(repair.windows(fd)).isEqualTo(windows);
    assertThat(sockets.info(fd).sendWindow()).isEqualTo(1);
    repair.forget(fd);
  }

  @ParameterizedTest
  @ValueSource(ints = {4_710, 4_711, -1, Integer.MIN_VALUE})
  void theClockOfItsTimestampsCountsMillisecondsWhateverTheValue(int timestamp) throws Exception {
    long begun = System.nanoTime();
    int fd = open(timestamp);
    int first = repair.timestamp(fd);
    assertThat(first - timestamp).isGreaterThanOrEqualTo(-1);
    while (System.nanoTime() - begun < 20_000_000) {
      Thread.onSpinWait();
    }
    int later = repair.timestamp(fd) - first;
    long elapsed = (System.nanoTime() - begun) / 1_000_000;
    assertThat(later).as("milliseconds, of at most " + elapsed).isBetween(0, (int) elapsed + 1);
    repair.forget(fd);
  }

  @Test
  void oneThatProbedAndWhoseOwnerDiesLeavesTheEndPointsFree() throws Exception {
    hosts.us().exec("iptables -t raw -A OUTPUT -p tcp -j DROP"); // as while nobody is on the queue
    for (int again = 0; again < 3; again++) {
      int fd = open(4_710);
      repair.probe(fd);
      sockets.close(fd); // as the kernel does when its owner is killed
    }
    repair.forget(open(4_710));
    assertThat(hosts.us().exec("ss -Htan")).doesNotContain("10.77.0.1:40000");
  }
}
