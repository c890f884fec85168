package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.lab.capture.TcpDirection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer, which also listens, one failoverd, one service. */
@Timeout(120)
class HandshakesTest {
  private static final int PEER_PORT = 7000;
  private static final String STRANGER = "10.77.0.9";

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  private static Endpoint endpoint(String address, int port) {
    try {
      return Endpoint.of(InetAddress.getByName(address), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private PatternService raw(Instance failoverd) {
    PatternService service =
        rig.with(
            PatternService.raw(
                failoverd.north(), PatternService.spec(Rig.PORT, Rig.PEER, PEER_PORT)));
    await().until(service::isActive);
    return service;
  }

  private static void connect(PatternService service, long request, String address, int port) {
    InetAddress any = new InetSocketAddress(0).getAddress();
    service.run(to -> to.connect(request, endpoint(address, port), any, 0));
  }

  @Test
  void aConnectionThatWeOpenIsInTheLogBeforeThePeerHasOurLastWordAndCarriesBothDirections()
      throws IOException {
    Instance failoverd = rig.instance("").start();
    ServerSocketChannel listener = rig.listenAtPeer(PEER_PORT);
    PatternService service = raw(failoverd);
    rig.startCapture();
    await().until(() -> rig.connect().isConnected()); // the rules are in place
    failoverd.freeze();
    connect(service, 77, Rig.PEER, PEER_PORT);
    await().until(() -> failoverd.connections().anyMatch(c -> c.path("held").asInt() > 0));
    await("the peer's SYN-ACK goes out again, for nothing acknowledges it")
        .until(() -> Rig.of(rig.captured(), PEER_PORT).from(Rig.PEER).count("SYN", 0) >= 2);
    assertThat(saidMoreThanItsSyn()).isFalse();

    failoverd.thaw();
    SocketChannel accepted = rig.with(listener.accept());
    await().until(() -> service.connection(Rig.PEER + ":" + PEER_PORT) != 0);
    long connection = service.connection(Rig.PEER + ":" + PEER_PORT);
    assertThat(service.events)
        .contains("opened " + Rig.PEER + ":" + PEER_PORT + " request 77")
        .noneMatch(line -> line.startsWith("connect failed"));
    accepted.write(ByteBuffer.wrap("to the service".getBytes(StandardCharsets.US_ASCII)));
    service.send(connection, "to the peer".getBytes(StandardCharsets.US_ASCII), false);
    ByteBuffer in = ByteBuffer.allocate(11);
    while (in.hasRemaining() && accepted.read(in) >= 0) {}
    assertThat(in.array()).asString(StandardCharsets.US_ASCII).isEqualTo("to the peer");
    await()
        .untilAsserted(
            () ->
                assertThat(service.received(connection))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("to the service"));
    await().until(this::saidMoreThanItsSyn);
  }

  /** Whether the last that we said was something else than our SYN. */
  private boolean saidMoreThanItsSyn() {
    TcpDirection ours = Rig.of(rig.captured(), PEER_PORT).from(Rig.US);
    return ours.flags().stream().noneMatch(flag -> flag.micros() == ours.lastMicros());
  }

  @Test
  void aConnectionThatIsRefusedOrHasNoWayIsReportedWithItsReasonAndLeavesNothing() {
    Instance failoverd = rig.instance("").start();
    PatternService service = raw(failoverd);
    await().until(() -> rig.connect().isConnected());
    await().until(() -> failoverd.connections().count() == 1);
    long descriptors = failoverd.descriptors();
    connect(service, 1, Rig.PEER, PEER_PORT);
    connect(service, 2, "10.99.0.1", PEER_PORT);
    await().until(() -> service.events.stream().anyMatch(e -> e.startsWith("connect failed 1 ")));
    await().until(() -> service.events.stream().anyMatch(e -> e.startsWith("connect failed 2 ")));
    assertThat(service.events)
        .anyMatch(e -> e.startsWith("connect failed 1 ") && e.toLowerCase().contains("refused"))
        .anyMatch(
            e -> e.startsWith("connect failed 2 ") && e.toLowerCase().contains("unreachable"));
    await().until(() -> failoverd.descriptors() <= descriptors);
    assertThat(LogContent.read(rig.log()).size()).as("records of connections").isOne();
  }

  @Test
  void aConnectionThatThePeerOpensIsInTheLogBeforeItsSynAckLeaves() {
    Instance failoverd = rig.instance("").start();
    rig.with(failoverd.service(Armed.OFF));
    rig.startCapture();
    PatternPeer peer = rig.begin(Dialogue.both(1, 1000 * Dialogue.UNIT));
    await().until(peer::isComplete);
    long synAck = Rig.of(rig.endCapture(), peer.port()).from(Rig.US).flags().getFirst().micros();
    LogContent.Connection logged = LogContent.read(rig.log()).only(peer.port());
    assertThat(logged.openedMicros).isLessThanOrEqualTo(synAck);
    assertThat(logged.opened.active()).isFalse();
    assertThat(logged.opened.service()).isEqualTo("pattern");
  }

  @Test
  void aStrangerIsTurnedAwayAndMakesNoRecord() throws IOException {
    Instance failoverd = rig.instance("").start();
    rig.with(failoverd.service(Armed.OFF));
    rig.peer.address("eth0", STRANGER + "/24");
    PatternPeer known = rig.begin(Dialogue.both(1, 1000 * Dialogue.UNIT));
    await().until(known::isComplete);
    long descriptors = failoverd.descriptors();
    SocketChannel stranger = rig.unconnected();
    stranger.bind(new InetSocketAddress(STRANGER, 0));
    stranger.configureBlocking(false);
    stranger.connect(new InetSocketAddress(Rig.US, Rig.PORT));
    await().until(() -> isTurnedAway(stranger));
    assertThat(failoverd.connections().count()).isOne();
    await().until(() -> failoverd.descriptors() <= descriptors);
    assertThat(LogContent.read(rig.log()).size()).isOne();
  }

  private static boolean isTurnedAway(SocketChannel socket) {
    try {
      return socket.finishConnect() && socket.read(ByteBuffer.allocate(1)) < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  @Test
  void aHandshakeThatThePeerDoesNotFinishIsGivenUpAndThePeerCanComeAgain() {
    Instance failoverd = rig.instance("").start();
    rig.with(failoverd.service(Armed.OFF));
    PatternPeer first = rig.begin(Dialogue.both(1, 1000 * Dialogue.UNIT));
    await().until(first::isComplete);
    rig.peer.run("iptables", "-A", "INPUT", "-p", "tcp", "--tcp-flags", "SYN", "SYN", "-j", "DROP");
    SocketChannel half = rig.unconnected();
    int port = beginConnecting(half);
    await().until(() -> failoverd.connection(port).path("state").asText().equals("handshake"));
    await().until(() -> failoverd.connections().count() == 1);
    assertThat(LogContent.read(rig.log()).of(port).getFirst().closed)
        .matches(closed -> closed != null && closed.cause() == Cause.HANDSHAKE_ABANDONED);
    rig.peer.run("iptables", "-F", "INPUT");
    await("the peer's kernel and ours agree in the end")
        .until(
            () -> {
              try {
                return half.finishConnect();
              } catch (IOException e) {
                return true;
              }
            });
    PatternPeer second = rig.begin(Dialogue.both(2, 1000 * Dialogue.UNIT));
    await().until(second::isComplete);
  }

  private static int beginConnecting(SocketChannel socket) {
    try {
      socket.configureBlocking(false);
      socket.bind(new InetSocketAddress(Rig.PEER, 0));
      socket.connect(new InetSocketAddress(Rig.US, Rig.PORT));
      return socket.socket().getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
