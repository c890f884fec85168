package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class TransportTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ASK = 64;
  private static final int IGNORED = 65;
  private static final int LARGE = 66;
  private static final int PUSHED = 100;

  /** Small and short, so that each can be met. */
  private static final Limits TIGHT =
      new Limits(
          64 << 10, 2 << 20, 4 << 20, 1 << 20, 4, Duration.ofMillis(700), Duration.ofMillis(300));

  @TempDir Path folder;
  private Authority authority;
  private Transport server;
  private Transport client;
  private RefusalLog log;
  private final Served served = new Served();

  @BeforeEach
  void open() throws Exception {
    authority = new Authority(folder, "one");
    server = new Transport(authority.member("server"), Authority.friendly(), TIGHT);
    server.service(served);
    server.listen("127.0.0.1", 0);
    client = new Transport(authority.member("client"), Authority.friendly());
    log = new RefusalLog();
  }

  @AfterEach
  void close() {
    log.close();
    client.close();
    server.close();
  }

  private ServiceChannel connect(int port) throws Exception {
    return connect(port, new Heard());
  }

  private ServiceChannel connect(int port, Heard heard) throws Exception {
    return client.connect("localhost", port, PATIENCE, heard).get();
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  private static String ask(ServiceChannel channel, String text) throws Exception {
    return channel.call(ASK, text(text), PATIENCE).get().toString(StandardCharsets.UTF_8);
  }

  @Test
  void aServiceAnswersInTheOrderItIsAsked() throws Exception {
    try (ServiceChannel channel = connect(server.port())) {
      List<CompletableFuture<ByteBuf>> answers = new ArrayList<>();
      List<String> asked = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        asked.add("question " + i);
        answers.add(channel.call(ASK, text(asked.getLast()), PATIENCE));
      }
      for (int i = 0; i < 500; i++) {
        assertThat(answers.get(i).get().toString(StandardCharsets.UTF_8))
            .isEqualTo("re: " + asked.get(i));
      }
      assertThat(served.asked).isEqualTo(asked);
    }
  }

  @Test
  void eachSideKnowsTheNamesOfTheOther() throws Exception {
    try (ServiceChannel channel = connect(server.port())) {
      ask(channel, "x");
      assertThat(channel.peer().remoteAddress()).isEqualTo("localhost:" + server.port());
      assertThat(channel.peer().certificateNames()).containsExactly("localhost", "127.0.0.1");
      assertThat(served.peers.getFirst().identity().certificateNames())
          .containsExactly("localhost", "127.0.0.1");
    }
  }

  @Test
  void aHostMayBeDialledByItsAddress() throws Exception {
    try (ServiceChannel channel =
        client.connect("127.0.0.1", server.port(), PATIENCE, new Heard()).get()) {
      assertThat(ask(channel, "x")).isEqualTo("re: x");
    }
    try (Transport six = new Transport(sixOnly(), Authority.friendly())) {
      six.service(served);
      six.listen("::1", 0);
      try (ServiceChannel channel =
          client.connect("::1", six.port(), PATIENCE, new Heard()).get()) {
        assertThat(ask(channel, "y")).isEqualTo("re: y");
      }
    }
  }

  private TlsFiles sixOnly() throws Exception {
    return authority.issue("six", builder -> builder.addSanIpAddress("::1"));
  }

  @Test
  void aCallWithoutAnAnswerEndsInTimeAndTheConnectionGoesOn() throws Exception {
    try (ServiceChannel channel = connect(server.port())) {
      assertThatThrownBy(() -> channel.call(IGNORED, text("x"), Duration.ofMillis(50)).get())
          .hasCauseInstanceOf(TimeoutException.class);
      assertThat(ask(channel, "still there?")).isEqualTo("re: still there?");
    }
  }

  @Test
  void whatIsPushedIsHeardAndTheEndOnBothSides() throws Exception {
    Heard heard = new Heard();
    ServiceChannel channel = connect(server.port(), heard);
    ask(channel, "x");
    ServicePeer peer = served.peers.getFirst();
    assertThat(peer.push(PUSHED, text("news"))).isTrue();
    await().atMost(PATIENCE).until(() -> heard.pushed.equals(List.of("news")));
    CompletableFuture<ByteBuf> open = channel.call(IGNORED, text("x"), PATIENCE);
    channel.close();
    assertThatThrownBy(open::get).hasCauseInstanceOf(IOException.class);
    assertThat(heard.closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    await().atMost(PATIENCE).until(() -> served.closed.contains(peer));
  }

  @Test
  void aServerWhoseCertificateNamesAnotherHostIsNotBelieved() throws Exception {
    TlsFiles elsewhere =
        authority.issue("elsewhere", builder -> builder.addSanDnsName("log.example.net"));
    try (Transport other = new Transport(elsewhere, Authority.friendly())) {
      other.listen("127.0.0.1", 0);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> connect(other.port())).isInstanceOf(ExecutionException.class);
      }
      List<String> lines = log.awaitOne("localhost:" + other.port());
      assertThat(lines).hasSize(1);
      assertThat(lines.getFirst()).contains(Refusal.OTHER_NAME.text());
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotBelieved() throws Exception {
    TlsFiles foreign = new Authority(folder, "two").member("server");
    try (Transport other = new Transport(foreign, Authority.friendly())) {
      other.listen("127.0.0.1", 0);
      assertThatThrownBy(() -> connect(other.port())).isInstanceOf(ExecutionException.class);
      assertThat(log.awaitOne("localhost:" + other.port()).getFirst())
          .contains(Refusal.FOREIGN_CERTIFICATE.text());
    }
  }

  @Test
  void whoIsRefusedHearsWhy() throws Exception {
    HelloHandler strange =
        new HelloHandler() {
          @Override
          public byte[] ours(String to) {
            return new byte[3];
          }

          @Override
          public void theirs(PeerIdentity peer, byte[] hello) {}
        };
    try (Transport other = new Transport(authority.member("strange"), strange)) {
      assertThatThrownBy(
              () -> other.connect("localhost", server.port(), PATIENCE, new Heard()).get())
          .hasMessageContaining("a hello of [3]");
    }
    assertThat(log.awaitOne("127.0.0.1")).hasSize(1);
  }

  @Test
  void bytesThatAreChangedOnTheWayEndTheConnectionAndReachNobody() throws Exception {
    try (Relay relay = new Relay("127.0.4.1", server.port())) {
      ServiceChannel channel = connect(relay.port());
      assertThat(ask(channel, "before")).isEqualTo("re: before");
      relay.flip();
      assertThatThrownBy(() -> ask(channel, "after")).hasCauseInstanceOf(IOException.class);
      assertThat(log.awaitOne("127.0.4.1").getFirst()).contains(Refusal.ALTERED.text());
      assertThat(log.of("127.0.4.1")).hasSize(1);
      assertThat(served.asked).containsExactly("before");
    }
  }

  @Test
  void aRecordedConnectionThatIsPlayedAgainReachesNobody() throws Exception {
    byte[] recorded;
    try (Relay relay = new Relay("127.0.4.2", server.port())) {
      try (ServiceChannel channel = connect(relay.port())) {
        ask(channel, "once");
      }
      await().atMost(PATIENCE).until(() -> !served.closed.isEmpty());
      recorded = relay.recorded();
    }
    Stranger thief = new Stranger(server.port());
    for (int i = 0; i < 3; i++) {
      try (Socket socket = thief.plain()) {
        socket.getOutputStream().write(recorded);
        assertThat(Stranger.isHungUp(socket)).isTrue();
      }
    }
    assertThat(log.awaitOne(thief.address())).hasSize(1);
    assertThat(served.asked).containsExactly("once");
    try (ServiceChannel channel = connect(server.port())) {
      assertThat(ask(channel, "again")).isEqualTo("re: again");
    }
  }

  @Test
  void halfAFrameAndThenSilence() throws Exception {
    Stranger stranger = new Stranger(server.port());
    for (int i = 0; i < 2; i++) {
      try (SSLSocket socket = stranger.greeted(authority)) {
        byte[] frame = Stranger.frame(ASK, 1, new byte[1000]);
        socket.getOutputStream().write(frame, 0, 500);
        assertThat(Stranger.isHungUp(socket)).isTrue();
      }
    }
    assertThat(log.awaitOne(stranger.address())).hasSize(1);
    assertThat(log.of(stranger.address()).getFirst()).contains(Refusal.HALF_FRAME.text());
    assertThat(served.asked).isEmpty();
  }

  @Test
  void whoSaysNothingIsHungUpOn() throws Exception {
    Stranger silent = new Stranger(server.port());
    try (Socket socket = silent.plain()) {
      assertThat(Stranger.isHungUp(socket)).isTrue();
    }
    Stranger noHello = new Stranger(server.port());
    try (SSLSocket socket =
        noHello.tls(authority.bundle(b -> b.addSanDnsName("localhost")), "TLSv1.3")) {
      socket.startHandshake();
      assertThat(Stranger.isHungUp(socket)).isTrue();
    }
    assertThat(log.awaitOne(silent.address()).getFirst()).contains(Refusal.NO_HELLO.text());
    assertThat(log.awaitOne(noHello.address()).getFirst()).contains(Refusal.NO_HELLO.text());
  }

  @Test
  void aCrowdOfSilentOnesIsKeptSmall() throws Exception {
    Stranger crowd = new Stranger(server.port());
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        sockets.add(crowd.plain());
        assertThat(server.acceptor().waiting()).isLessThanOrEqualTo(TIGHT.waiting());
      }
      for (Socket each : sockets) {
        assertThat(Stranger.isHungUp(each)).isTrue();
      }
    } finally {
      for (Socket each : sockets) {
        each.close();
      }
    }
    assertThat(log.of(crowd.address())).hasSizeLessThanOrEqualTo(2); // too many; and no hello
    await().atMost(PATIENCE).until(() -> server.acceptor().waiting() == 0);
    try (ServiceChannel channel = connect(server.port())) {
      assertThat(ask(channel, "x")).isEqualTo("re: x");
    }
  }

  @Test
  void refusalsOfManyAddressesTakeLittleMemory() {
    Refusals refusals = new Refusals();
    Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);
    logger.setLevel(Level.OFF);
    try {
      for (int i = 0; i < 10 * Refusals.MOST; i++) {
        refusals.note("host" + i, Refusal.NO_TLS, "x");
      }
    } finally {
      logger.setLevel(null);
    }
    assertThat(refusals.size()).isEqualTo(Refusals.MOST);
  }

  @Test
  void whoDoesNotReadHisAnswersIsServedNoMoreThanFits() throws Exception {
    Stranger greedy = new Stranger(server.port());
    Thread asking;
    try (SSLSocket socket = greedy.greeted(authority)) {
      byte[] question = Stranger.frame(LARGE, 1, new byte[8]);
      asking = Thread.ofPlatform().start(() -> writeOften(socket, question, 100_000));
      await().atMost(PATIENCE).until(() -> served.unsent() >= TIGHT.unsent());
      long most = TIGHT.unsent() + 2L * Served.LARGE_ANSWER;
      await()
          .during(Duration.ofMillis(300))
          .atMost(PATIENCE)
          .until(() -> served.unsent() <= most && served.large.get() < 100);
    }
    asking.join();
    try (ServiceChannel channel = connect(server.port())) {
      assertThat(ask(channel, "x")).isEqualTo("re: x");
    }
  }

  /** As often as the other side lets it, for it closes in the end. */
  private static int writeOften(Socket to, byte[] bytes, int times) {
    for (int i = 0; i < times; i++) {
      try {
        to.getOutputStream().write(bytes);
      } catch (IOException e) {
        return i;
      }
    }
    return times;
  }

  @Test
  void callsToOneWhoDoesNotReadFailWhenTooMuchWaits() throws Exception {
    try (Deaf deaf = new Deaf(authority);
        Transport tight = new Transport(authority.member("tight"), Authority.friendly(), TIGHT)) {
      Link link =
          tight
              .dial("localhost", deaf.port(), PATIENCE, new ServiceChannel.Listening(new Heard()))
              .get();
      ServiceChannel channel = new ServiceChannel(link);
      CompletableFuture<ByteBuf> answer;
      do {
        answer = channel.call(ASK, Unpooled.wrappedBuffer(new byte[512 << 10]), PATIENCE);
        assertThat(link.unsent()).isLessThanOrEqualTo(TIGHT.unsent() + (1 << 20));
      } while (!answer.isCompletedExceptionally());
      assertThatThrownBy(answer::get).hasMessageContaining("takes no more just now");
      assertThat(channel.takesMore()).isFalse();
      assertThat(channel.isOpen()).isTrue();
    }
  }

  /** Echoes; pushes when told; answers largely. */
  private static final class Served implements ServiceHandler {
    static final int LARGE_ANSWER = 1 << 20;
    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<ServicePeer> peers = new CopyOnWriteArrayList<>();
    final List<ServicePeer> closed = new CopyOnWriteArrayList<>();
    final AtomicLong large = new AtomicLong();

    @Override
    public void request(ServicePeer peer, int type, ByteBuf body, ServiceAnswer answer) {
      if (!peers.contains(peer)) {
        peers.add(peer);
      }
      switch (type) {
        case ASK -> {
          String text = body.toString(StandardCharsets.UTF_8);
          asked.add(text);
          answer.send(text("re: " + text));
        }
        case LARGE -> {
          large.incrementAndGet();
          answer.send(Unpooled.wrappedBuffer(new byte[LARGE_ANSWER]));
        }
        default -> {}
      }
    }

    long unsent() {
      return peers.isEmpty() ? 0 : ((AcceptedLink) peers.getFirst()).unsent();
    }

    @Override
    public void closed(ServicePeer peer) {
      closed.add(peer);
    }
  }

  private static final class Heard implements ServiceListener {
    final List<String> pushed = new CopyOnWriteArrayList<>();
    final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public void pushed(int type, ByteBuf body) {
      pushed.add(body.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void closed() {
      closed.countDown();
    }
  }
}
