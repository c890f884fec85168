package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.north.CloseMode;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Cause;
import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.capture.TcpStreams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer, one failoverd, one service; either side ends a connection. */
@Timeout(120)
class ClosingTest {
  private static final long MANY = 48L << 20;

  private final Rig rig = new Rig();
  private Instance failoverd;
  private long descriptors;

  @BeforeEach
  void start() {
    failoverd = rig.instance("").start();
  }

  @AfterEach
  void clean() {
    rig.close();
  }

  private PatternService raw() {
    PatternService service =
        rig.with(PatternService.raw(failoverd.north(), PatternService.spec(Rig.PORT, Rig.PEER, 0)));
    await().until(service::isActive);
    return settled(service);
  }

  private PatternService dialogues() {
    return settled(rig.with(failoverd.service(Armed.OFF)));
  }

  /** Counts descriptors when the listener is there and nothing else. */
  private PatternService settled(PatternService service) {
    SocketChannel first = rig.connect();
    await().until(() -> failoverd.connections().count() == 1);
    try {
      first.setOption(StandardSocketOptions.SO_LINGER, 0);
      first.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    await().until(() -> failoverd.connections().findAny().isEmpty());
    await().until(() -> service.events.stream().anyMatch(e -> e.startsWith("closed ")));
    descriptors = failoverd.descriptors();
    return service;
  }

  private void everythingIsFreed() {
    await().until(() -> failoverd.connections().findAny().isEmpty());
    await().until(() -> failoverd.descriptors() <= descriptors);
    assertThat(failoverd.status().path("gate").path("kernelWaiting").asLong()).isZero();
  }

  private long connectionOf(PatternService service, SocketChannel socket) {
    String remote = Rig.PEER + ":" + socket.socket().getLocalPort();
    await().until(() -> service.connection(remote) != 0);
    return service.connection(remote);
  }

  private static byte[] readToTheEnd(SocketChannel socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer in = ByteBuffer.allocate(1 << 16);
    while (socket.read(in) >= 0) {
      all.write(in.array(), 0, in.position());
      in.clear();
    }
    return all.toByteArray();
  }

  private Cause cause(int port) {
    var closed = LogContent.read(rig.log()).only(port).closed;
    return closed == null ? null : closed.cause();
  }

  @Test
  void lastBytesThatAreStillOnTheirWayWhenTheServiceClosesArriveBeforeTheFin() throws IOException {
    PatternService service = raw();
    SocketChannel socket = rig.connect();
    int port = socket.socket().getLocalPort();
    long connection = connectionOf(service, socket);
    byte[] last = Pattern.bytes(1, 0, 400_000);
    rig.shape("50mbit");
    service.run(
        to -> {
          for (int at = 0; at < last.length; at += 50_000) {
            to.send(
                connection,
                io.netty.buffer.Unpooled.copiedBuffer(last, at, 50_000),
                at + 50_000 == last.length);
          }
          to.close(connection, CloseMode.ORDERLY);
        });
    assertThat(readToTheEnd(socket)).isEqualTo(last);
    socket.close();
    everythingIsFreed();
    assertThat(cause(port)).isEqualTo(Cause.LOCAL_CLOSE);
  }

  @Test
  void whatThePeerSaidBeforeItsFinReachesTheServiceAndTheServiceMayStillAnswer()
      throws IOException {
    PatternService service = dialogues();
    PatternPeer peer = rig.begin(Dialogue.both(2, 4 << 20));
    await().until(() -> peer.written() == 4 << 20);
    peer.shutdownOutput();
    await().until(peer::isComplete);
    await().until(peer::isEnded);
    assertThat(service.events).contains("peer closed " + Rig.PEER + ":" + peer.port());
    everythingIsFreed();
  }

  @Test
  void anAbortOfTheServiceResetsThePeerAndNothingUnloggedIsAcknowledged() throws IOException {
    PatternService service = dialogues();
    rig.startCapture();
    rig.shape("400mbit");
    PatternPeer bulk = rig.begin(Dialogue.both(3, MANY));
    await().until(() -> bulk.read() > 1 << 20);
    long connection = service.connection(Rig.PEER + ":" + bulk.port());
    service.closeConnection(connection, CloseMode.ABORT);
    await().until(() -> bulk.failure() != null);
    assertThat(bulk.failure()).contains("reset");
    everythingIsFreed();
    assertThat(cause(bulk.port())).isEqualTo(Cause.LOCAL_ABORT);
    await().until(() -> Rig.of(rig.captured(), bulk.port()).from(Rig.US).count("RST", 0) > 0);
    TcpConversation seen = Rig.of(rig.endCapture(), bulk.port());
    assertThat(seen.from(Rig.US).highestAcknowledged())
        .isLessThanOrEqualTo(LogContent.read(rig.log()).only(bulk.port()).received.size());
  }

  @Test
  void anAbortOfThePeerUnderLoadIsToldToTheServiceOnce() throws IOException {
    PatternService service = dialogues();
    rig.shape("400mbit");
    PatternPeer bulk = rig.begin(Dialogue.both(4, MANY));
    await().until(() -> bulk.read() > 1 << 20);
    bulk.abort();
    String told = "closed " + Rig.PEER + ":" + bulk.port() + " PEER_RESET";
    await().until(() -> service.events.contains(told));
    everythingIsFreed();
    assertThat(service.events).filteredOn(told::equals).hasSize(1);
  }

  @Test
  void aCloseThatThePeerAnswersWithAResetIsOverAtOnce() throws IOException {
    PatternService service = raw();
    SocketChannel socket = rig.connect();
    long connection = connectionOf(service, socket);
    service.closeConnection(connection, CloseMode.ORDERLY);
    assertThat(socket.read(ByteBuffer.allocate(1))).isNegative();
    assertThat(failoverd.connections().count()).as("it waits for the peer's FIN").isOne();
    long reset = System.nanoTime();
    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    socket.close();
    everythingIsFreed();
    assertThat(System.nanoTime() - reset).as("ns, not the patience").isLessThan(4_000_000_000L);
  }

  @Test
  void aConnectionThatIsResetBeforeItIsAcceptedIsOverAtOnce() throws IOException {
    PatternService service = raw();
    long begun = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      SocketChannel socket = rig.connect();
      String told = "closed " + Rig.PEER + ":" + socket.socket().getLocalPort() + " PEER_RESET";
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      socket.close();
      await().until(() -> service.events.contains(told));
    }
    assertThat(System.nanoTime() - begun).as("ns, not the patience").isLessThan(8_000_000_000L);
    everythingIsFreed();
  }

  @Test
  void aPeerThatNeverEndsItsDirectionIsResetAfterSomeSeconds() throws IOException {
    PatternService service = raw();
    SocketChannel socket = rig.connect();
    long connection = connectionOf(service, socket);
    service.closeConnection(connection, CloseMode.ORDERLY);
    assertThat(socket.read(ByteBuffer.allocate(1))).isNegative();
    await()
        .until(
            () -> {
              try {
                socket.write(ByteBuffer.wrap(new byte[100]));
                return false;
              } catch (IOException e) {
                return true;
              }
            });
    everythingIsFreed();
  }

  @Test
  void aResetThatComesWhileTheReadingIsPausedCostsNoProcessorAndIsFoundOut() throws IOException {
    PatternService service = raw();
    SocketChannel other = rig.connect();
    int port = other.socket().getLocalPort();
    connectionOf(service, other);
    failoverd.freeze();
    for (int i = 0; i < 20; i++) {
      service.run(to -> to.note(new byte[1 << 20])); // so much that the reading stops
    }
    await().until(() -> failoverd.status().path("gate").path("readPauses").asLong() > 0);
    other.setOption(StandardSocketOptions.SO_LINGER, 0);
    other.close();
    long before = processorTicks();
    long segments = System.nanoTime();
    await().until(() -> System.nanoTime() - segments > 1_000_000_000L);
    assertThat(processorTicks() - before).as("hundredths of a second of one").isLessThan(50);
    failoverd.thaw();
    String told = "closed " + Rig.PEER + ":" + port + " PEER_RESET";
    await().until(() -> service.events.contains(told));
    everythingIsFreed();
  }

  /** User and system time of the daemon, in hundredths of a second (proc(5)). */
  private long processorTicks() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + failoverd.process().pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  @Test
  void theWitnessSeesEachCloseInOrder() throws IOException {
    PatternService service = raw();
    rig.startCapture();
    SocketChannel socket = rig.connect();
    int port = socket.socket().getLocalPort();
    long connection = connectionOf(service, socket);
    service.send(connection, "bye".getBytes(java.nio.charset.StandardCharsets.US_ASCII), true);
    service.closeConnection(connection, CloseMode.ORDERLY);
    assertThat(readToTheEnd(socket)).hasSize(3);
    socket.close();
    everythingIsFreed();
    await("the last acknowledgment is on file")
        .until(() -> Rig.of(rig.captured(), port).from(Rig.PEER).count("FIN", 0) > 0);
    TcpStreams seen = rig.endCapture();
    TcpDirection ours = Rig.of(seen, port).from(Rig.US);
    assertThat(ours.count("RST", 0)).isZero();
    assertThat(ours.count("FIN", 0)).isOne();
    assertThat(Rig.of(seen, port).from(Rig.PEER).count("RST", 0)).isZero();
  }
}
