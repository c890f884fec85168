package io.holdfast.failover.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets over loopback. */
class TcpSocketsTest {
  private final TcpSockets sockets = new TcpSockets();
  private final List<Integer> open = new ArrayList<>();
  private final ByteBuffer data = ByteBuffer.allocateDirect(1 << 16);

  @AfterEach
  void closeEverything() {
    open.forEach(sockets::closeReset);
  }

  private record Pair(int passive, int active) {}

  private Pair connection(String loopback) throws Exception {
    InetAddress address = InetAddress.getByName(loopback);
    int listener = sockets.listen(address, 0, 8);
    open.add(listener);
    InetSocketAddress at = sockets.localAddress(listener);
    assertThat(at.getAddress()).isEqualTo(address);
    int active = sockets.connect(address, at, 255);
    open.add(active);
    int[] passive = {-1};
    await().until(() -> (passive[0] = sockets.accept(listener)) >= 0);
    open.add(passive[0]);
    await().until(() -> sockets.soError(active) == 0);
    return new Pair(passive[0], active);
  }

  private int read(int fd) {
    int[] n = {0};
    await().until(() -> (n[0] = sockets.read(fd, data, 100, 1000)) != -Errno.EAGAIN);
    return n[0];
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void carryBytesBothWaysAndEndInOrder(String loopback) throws Exception {
    Pair pair = connection(loopback);
    assertThat(sockets.read(pair.passive, data, 0, 10)).isEqualTo(-Errno.EAGAIN);
    data.putLong(8, 0x0123456789abcdefL);
    assertThat(sockets.write(pair.active, data, 8, 8)).isEqualTo(8);
    assertThat(read(pair.passive)).isEqualTo(8);
    assertThat(data.getLong(100)).isEqualTo(0x0123456789abcdefL);
    assertThat(data.position()).isZero();

    assertThat(sockets.localAddress(pair.active)).isEqualTo(sockets.peerAddress(pair.passive));
    assertThat(sockets.peerAddress(pair.active)).isEqualTo(sockets.localAddress(pair.passive));
    TcpInfo info = sockets.info(pair.active);
    assertThat(info.state()).isEqualTo(TcpInfo.ESTABLISHED);
    assertThat(info.bytesAcked()).isBetween(1L, 9L);
    assertThat(info.options()).isNotZero();
    assertThat(info.sendMss()).isGreaterThan(1000);

    assertThat(sockets.shutdownWrite(pair.active)).isZero();
    assertThat(read(pair.passive)).as("end of stream").isZero();
    assertThat(sockets.unsentBytes(pair.active)).isNotNegative();
  }

  @Test
  void acceptedSocketsResetWhenTheyAreClosed() throws Exception {
    Pair pair = connection("127.0.0.1");
    open.remove((Integer) pair.passive);
    assertThat(sockets.close(pair.passive)).isZero();
    await().until(() -> sockets.soError(pair.active) == Errno.ECONNRESET);
  }

  @Test
  void anOrderlyCloseLeavesTheRestToTheKernel() throws Exception {
    Pair pair = connection("127.0.0.1");
    open.remove((Integer) pair.passive);
    assertThat(sockets.write(pair.passive, data, 0, 500)).isEqualTo(500);
    assertThat(sockets.closeOrderly(pair.passive)).isZero();
    assertThat(read(pair.active)).isEqualTo(500);
    assertThat(read(pair.active)).as("end of stream").isZero();
  }

  @Test
  void refusalsSayWhatWasTriedAndWhy() throws Exception {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    int listener = sockets.listen(loopback, 0, 1);
    open.add(listener);
    int port = sockets.localAddress(listener).getPort();
    assertThatThrownBy(() -> sockets.listen(loopback, port, 1))
        .isInstanceOf(LinuxException.class)
        .hasMessage("listen on 127.0.0.1 port " + port + ": address in use (EADDRINUSE)");
    InetAddress notOurs = InetAddress.getByName("192.0.2.77");
    assertThatThrownBy(() -> sockets.connect(notOurs, sockets.localAddress(listener), 0))
        .hasMessageContaining("from 192.0.2.77: address not available on this machine");
    sockets.close(listener);
    open.clear();
    int fd = sockets.connect(null, new InetSocketAddress(loopback, port), 0);
    open.add(fd);
    await().until(() -> sockets.soError(fd) == Errno.ECONNREFUSED);
    assertThat(sockets.read(-1, data, 0, 1)).isEqualTo(-Errno.EBADF);
    assertThatThrownBy(() -> sockets.read(fd, data, 1 << 16, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> sockets.read(fd, ByteBuffer.allocate(10), 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takeTheSettingsThatTheKernelHas() throws Exception {
    Pair pair = connection("127.0.0.1");
    assertThat(sockets.timeToLive(pair.active, 1)).isZero();
    assertThat(sockets.timeToLive(connection("::1").active, 255)).isZero();
    assertThat(sockets.buffers(pair.active, 1 << 20, 1 << 20)).isZero();
    assertThat(sockets.congestionControl(pair.active, "cubic")).isZero();
    assertThat(sockets.congestionControl(pair.active, "nosuch")).isEqualTo(-Errno.ENOENT);
    assertThat(sockets.retransmissionTimeoutMax(pair.active, 1000)).isIn(0, -Errno.ENOPROTOOPT);
  }

  @Test
  void acceptedSocketsInheritABoundedRetransmissionTimerThatDoesNotShortenTheirLife()
      throws Exception {
    Pair pair = connection("127.0.0.1");
    for (int fd : new int[] {pair.passive, pair.active}) {
      int bound = Descriptors.option(fd, 6, 44); // TCP_RTO_MAX_MS
      int patience = Descriptors.option(fd, 6, 18); // TCP_USER_TIMEOUT
      if (bound == -Errno.ENOPROTOOPT) {
        assertThat(patience).as("the kernel's own").isZero();
      } else {
        assertThat(bound).isEqualTo(1000);
        assertThat(patience).isEqualTo(924_600);
      }
    }
  }

  @Test
  void aPartOfABufferHasItsOwnAddress() throws Exception {
    Pair pair = connection("127.0.0.1");
    ByteBuffer part = data.slice(1000, 100);
    part.put(7, (byte) 42);
    data.put(7, (byte) 1);
    assertThat(sockets.write(pair.active, data, 7, 1)).isEqualTo(1);
    assertThat(sockets.write(pair.active, part, 7, 1)).isEqualTo(1);
    ByteBuffer limited = data.duplicate().position(500).limit(600);
    int[] n = {0};
    await().until(() -> (n[0] += Math.max(0, sockets.read(pair.passive, limited, n[0], 2))) == 2);
    assertThat(data.get(0)).isEqualTo((byte) 1);
    assertThat(data.get(1)).isEqualTo((byte) 42);
  }
}
