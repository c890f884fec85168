package io.holdfast.failover.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Epoll, event descriptors, Unix sockets, process descriptors. */
class DescriptorsTest {
  @Test
  void anotherThreadWakesTheOneThatWaits() throws Exception {
    try (Epoll epoll = Epoll.create(4);
        EventFd wakeUp = EventFd.create()) {
      epoll.add(wakeUp.fd(), Epoll.IN, 0x1234_5678_9abc_def0L);
      assertThat(epoll.await(0)).isZero();
      CompletableFuture<Void> woken = CompletableFuture.runAsync(wakeUp::wake);
      assertThat(epoll.await(10_000)).isOne();
      assertThat(epoll.token(0)).isEqualTo(0x1234_5678_9abc_def0L);
      assertThat(epoll.events(0)).isEqualTo(Epoll.IN);
      woken.join();
      assertThat(wakeUp.drain()).isTrue();
      assertThat(wakeUp.drain()).isFalse();
      assertThat(epoll.await(0)).isZero();
    }
  }

  @Test
  void epollTellsWhatIsAskedForOnly() throws Exception {
    int[] pair = UnixSocket.pair();
    try (Epoll epoll = Epoll.create(4)) {
      epoll.add(pair[0], Epoll.IN, 1);
      assertThat(epoll.await(0)).isZero();
      epoll.modify(pair[0], Epoll.IN | Epoll.OUT, 2);
      assertThat(epoll.await(0)).isOne();
      assertThat(epoll.token(0)).isEqualTo(2);
      assertThat(epoll.events(0)).isEqualTo(Epoll.OUT);
      assertThatThrownBy(() -> epoll.token(1)).isInstanceOf(IndexOutOfBoundsException.class);
      epoll.modify(pair[0], Epoll.PEER_CLOSED, 3);
      Descriptors.close(pair[1]);
      assertThat(epoll.await(1000)).isOne();
      assertThat(epoll.events(0) & Epoll.PEER_CLOSED).isNotZero();
      epoll.remove(pair[0]);
      assertThat(epoll.await(0)).isZero();
      assertThatThrownBy(() -> epoll.remove(pair[0]))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("ENOENT");
    } finally {
      Descriptors.close(pair[0]);
    }
  }

  @Test
  void aSocketSentOverAUnixSocketLivesOnAtTheOtherEnd() throws Exception {
    TcpSockets sockets = new TcpSockets();
    int[] pair = UnixSocket.pair();
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    int listener = sockets.listen(loopback, 0, 1);
    InetSocketAddress at = sockets.localAddress(listener);
    UnixSocket.send(pair[0], "listener".getBytes(StandardCharsets.US_ASCII), listener, listener);
    Descriptors.close(listener);
    UnixSocket.Received received = UnixSocket.receive(pair[1], 100);
    assertThat(received.bytes())
        .isEqualTo(ByteBuffer.wrap("listener".getBytes(StandardCharsets.US_ASCII)));
    assertThat(received.descriptors()).hasSize(2).doesNotContain(pair[0], pair[1]);
    int passed = received.descriptors().getFirst();
    assertThat(sockets.localAddress(passed)).isEqualTo(at);
    int caller = sockets.connect(null, at, 0);
    await()
        .until(
            () -> {
              int accepted = sockets.accept(passed);
              return accepted >= 0 && sockets.closeReset(accepted) == 0;
            });
    assertThatThrownBy(() -> UnixSocket.receive(pair[1], 100)).hasMessageContaining("EAGAIN");
    Descriptors.close(pair[0]);
    assertThat(UnixSocket.receive(pair[1], 100).bytes().remaining()).isZero();
    received.descriptors().forEach(Descriptors::close);
    Descriptors.close(pair[1]);
    Descriptors.close(caller);
  }

  @Test
  void aUnixSocketTellsWhoIsAtTheOtherEnd() throws Exception {
    int[] pair = UnixSocket.pair();
    UnixSocket.Credentials peer = UnixSocket.peer(pair[0]);
    assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
    String uid = TwoHosts.run("id", "-u").trim();
    String gid = TwoHosts.run("id", "-g").trim();
    assertThat(peer.uid()).isEqualTo(Integer.parseInt(uid));
    assertThat(peer.gid()).isEqualTo(Integer.parseInt(gid));
    List<Integer> groups =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("Groups:"))
            .flatMap(line -> Arrays.stream(line.substring(7).trim().split(" ")))
            .filter(word -> !word.isEmpty())
            .map(Integer::valueOf)
            .toList();
    assertThat(Arrays.stream(UnixSocket.peerGroups(pair[0])).boxed().toList()).isEqualTo(groups);
    Descriptors.close(pair[0]);
    Descriptors.close(pair[1]);
    assertThatThrownBy(() -> UnixSocket.peer(pair[0])).hasMessageContaining("EBADF");
  }

  @Test
  void theEndOfAProcessThatIsNoChildIsSeen() throws Exception {
    Process child = new ProcessBuilder("sleep", "60").start();
    try (ProcessFd process = ProcessFd.open(child.pid());
        Epoll epoll = Epoll.create(1)) {
      epoll.add(process.fd(), Epoll.IN, 9);
      assertThat(process.ended()).isFalse();
      assertThat(epoll.await(0)).isZero();
      assertThat(process.signal(ProcessFd.SIGKILL)).isTrue();
      assertThat(epoll.await(10_000)).isOne();
      assertThat(process.awaitEnd(0)).isTrue();
      child.waitFor();
      assertThat(process.signal(ProcessFd.SIGKILL)).isFalse();
    } finally {
      child.destroyForcibly();
    }
    assertThatThrownBy(() -> ProcessFd.open(child.pid())).hasMessageContaining("no such process");
  }

  @Test
  void threadSettingsAreTaken() throws Exception {
    Thread thread =
        new Thread(
            () -> {
              try {
                Prctl.timerSlack(1000);
                Prctl.parentDeathSignal(0);
              } catch (LinuxException refused) {
                throw new IllegalStateException(refused);
              }
            });
    Throwable[] failed = {null};
    thread.setUncaughtExceptionHandler((t, e) -> failed[0] = e);
    thread.start();
    thread.join();
    assertThat(failed[0]).isNull();
  }

  @Test
  void everyDescriptorIsClosedWhenAnotherProgramIsStarted() throws Exception {
    try (Epoll epoll = Epoll.create(1);
        EventFd event = EventFd.create();
        ProcessFd self = ProcessFd.open(ProcessHandle.current().pid());
        NetlinkMonitor monitor = NetlinkMonitor.open()) {
      int[] pair = UnixSocket.pair();
      TcpSockets sockets = new TcpSockets();
      int listener = sockets.listen(InetAddress.getByName("127.0.0.1"), 0, 1);
      int client = sockets.connect(null, sockets.localAddress(listener), 0);
      int[] accepted = {-1};
      await().until(() -> (accepted[0] = sockets.accept(listener)) >= 0);
      for (int fd :
          new int[] {
            epoll.fd(),
            event.fd(),
            self.fd(),
            monitor.fd(),
            pair[0],
            pair[1],
            listener,
            client,
            accepted[0]
          }) {
        assertThat(flags(fd) & 02000000).as("close-on-exec of " + fd).isNotZero();
      }
      for (int fd : new int[] {pair[0], pair[1], listener, client, accepted[0]}) {
        Descriptors.close(fd);
      }
    }
  }

  private static int flags(int fd) throws Exception {
    return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
        .filter(line -> line.startsWith("flags:"))
        .mapToInt(line -> Integer.parseInt(line.substring(6).trim(), 8))
        .findFirst()
        .orElseThrow();
  }
}
