package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.LocalFileMetaOutter;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that misbehave towards a running group: refused, logged once, and nothing harmed. */
@Timeout(120)
class HostileTest {
  private static final UnaryOperator<CertificateBuilder> PLAIN =
      builder -> builder.addSanDnsName("localhost");
  private static final int LONGEST_HELLO = 64 << 10;
  private static final int LONGEST = 20 << 20;

  @TempDir static Path folder;
  private static Group group;
  private static int entries;

  private RefusalLog log;
  private Stranger stranger;

  @BeforeAll
  static void startGroup() throws Exception {
    group = new Group(folder, 3);
    group.append("before");
  }

  @AfterAll
  static void stopGroup() {
    group.close();
  }

  @BeforeEach
  void listen() {
    log = new RefusalLog();
    stranger = new Stranger(group.leader().port());
  }

  @AfterEach
  void nothingIsHarmed() {
    log.close();
    String text = "after " + ++entries;
    group.append(text);
    group.awaitApplied(List.of(text));
  }

  /** Twice, for the second time shall not be logged. */
  private void refused(Refusal refusal, Attack attack) throws Exception {
    for (int i = 0; i < 2; i++) {
      try (Socket socket = attack.begin()) {
        assertThat(Stranger.isHungUp(socket)).as("is hung up").isTrue();
      }
    }
    log.awaitOne(stranger.address());
    // What the second attempt would say comes on the loop that said the first: look a third time.
    try (Socket socket = attack.begin()) {
      assertThat(Stranger.isHungUp(socket)).isTrue();
    }
    assertThat(log.of(stranger.address())).hasSize(1);
    assertThat(log.of(stranger.address()).getFirst())
        .startsWith(stranger.address() + ' ' + refusal.text());
  }

  private interface Attack {
    Socket begin() throws Exception;
  }

  private Socket handshake(X509Bundle bundle, String protocol) throws Exception {
    SSLSocket socket = stranger.tls(bundle, protocol);
    try {
      socket.startHandshake();
    } catch (SSLException | SocketException e) {
      return socket; // told or hung up already
    }
    return socket;
  }

  private Socket greetedThen(byte[] bytes) throws Exception {
    SSLSocket socket = stranger.greeted(group.authority());
    socket.getOutputStream().write(bytes);
    return socket;
  }

  @Test
  void aPeerThatSpeaksPlainText() throws Exception {
    refused(
        Refusal.NO_TLS,
        () -> {
          Socket socket = stranger.plain();
          socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
          return socket;
        });
  }

  @Test
  void aPeerWithoutACertificate() throws Exception {
    refused(Refusal.NO_CERTIFICATE, () -> handshake(null, "TLSv1.3"));
  }

  @Test
  void aCertificateOfAnotherAuthority() throws Exception {
    X509Bundle foreign = new Authority(folder, "other").bundle(PLAIN);
    refused(Refusal.FOREIGN_CERTIFICATE, () -> handshake(foreign, "TLSv1.3"));
  }

  @Test
  void aCertificateMadeForServersOnly() throws Exception {
    X509Bundle server =
        group.authority().bundle(builder -> PLAIN.apply(builder).addExtendedKeyUsageServerAuth());
    refused(Refusal.FOREIGN_CERTIFICATE, () -> handshake(server, "TLSv1.3"));
  }

  @Test
  void anExpiredCertificate() throws Exception {
    X509Bundle expired =
        group
            .authority()
            .bundle(
                builder -> PLAIN.apply(builder).notAfter(Instant.now().minus(Duration.ofDays(1))));
    refused(Refusal.OUTDATED_CERTIFICATE, () -> handshake(expired, "TLSv1.3"));
  }

  @Test
  void aPeerOfTls12() throws Exception {
    X509Bundle good = group.authority().bundle(PLAIN);
    refused(Refusal.OLD_TLS, () -> handshake(good, "TLSv1.2"));
  }

  @ParameterizedTest
  @ValueSource(ints = {LONGEST_HELLO + 1, Integer.MAX_VALUE, -1, 8, 0})
  void aFirstFrameOfALengthThatIsNotAllowed(int length) throws Exception {
    X509Bundle good = group.authority().bundle(PLAIN);
    refused(
        Refusal.FRAME_LENGTH,
        () -> {
          SSLSocket socket = stranger.tls(good, "TLSv1.3");
          socket.getOutputStream().write(length(length));
          return socket;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {LONGEST + 1, Integer.MIN_VALUE, 8})
  void aLaterFrameOfALengthThatIsNotAllowed(int length) throws Exception {
    refused(Refusal.FRAME_LENGTH, () -> greetedThen(length(length)));
  }

  private static byte[] length(int length) {
    return java.nio.ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
  }

  @Test
  void aFirstFrameThatIsNoHello() throws Exception {
    X509Bundle good = group.authority().bundle(PLAIN);
    refused(
        Refusal.FIRST_NOT_HELLO,
        () -> {
          SSLSocket socket = stranger.tls(good, "TLSv1.3");
          socket
              .getOutputStream()
              .write(Stranger.frame(RaftMessage.PING.code(), 1, new byte[] {8, 1}));
          return socket;
        });
  }

  @Test
  void aHelloThatIsNotAccepted() throws Exception {
    X509Bundle good = group.authority().bundle(PLAIN);
    refused(
        Refusal.HELLO_REFUSED,
        () -> {
          SSLSocket socket = stranger.tls(good, "TLSv1.3");
          socket.getOutputStream().write(Stranger.frame(Frame.HELLO, 0, new byte[] {1, 2, 3}));
          return socket;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Frame.HELLO, 9, 63, 64, 127, 0x80 | 4, 0xff})
  void aTypeThatIsNotAllowed(int type) throws Exception {
    refused(Refusal.UNKNOWN_TYPE, () -> greetedThen(Stranger.frame(type, 1, new byte[9])));
  }

  @Test
  void aMessageThatCannotBeDecoded() throws Exception {
    byte[] garbage = new byte[1000];
    new Random(4).nextBytes(garbage);
    garbage[0] = 0x0a; // a text that is longer than the message
    garbage[1] = (byte) 0xff;
    garbage[2] = 0x7f;
    refused(
        Refusal.BAD_MESSAGE,
        () -> greetedThen(Stranger.frame(RaftMessage.APPEND.code(), 1, garbage)));
  }

  @Test
  void aMessageThatLacksWhatIsRequired() throws Exception {
    refused(
        Refusal.BAD_MESSAGE,
        () -> greetedThen(Stranger.frame(RaftMessage.VOTE.code(), 1, new byte[0])));
  }

  @Test
  void aMessageWithManyOfWhatItHasOnce() throws Exception {
    byte[] request =
        InstallSnapshotRequest.newBuilder()
            .setGroupId("test")
            .setServerId("a:1")
            .setPeerId("b:1")
            .setTerm(1)
            .setUri("u")
            .setMeta(SnapshotMeta.newBuilder().setLastIncludedIndex(1).setLastIncludedTerm(1))
            .build()
            .toByteArray();
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.write(request);
    twice.write(request);
    refused(
        Refusal.BAD_MESSAGE,
        () ->
            greetedThen(
                Stranger.frame(RaftMessage.INSTALL_SNAPSHOT.code(), 1, twice.toByteArray())));
  }

  @Test
  void aRequestForAGroupThatIsNotThereIsAnsweredWithAnError() throws Exception {
    byte[] request =
        com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest.newBuilder()
            .setGroupId("none")
            .setServerId("a:1")
            .setPeerId("b:1")
            .setTerm(1)
            .setPrevLogIndex(0)
            .setPrevLogTerm(0)
            .setCommittedIndex(0)
            .build()
            .toByteArray();
    try (Socket socket = greetedThen(Stranger.frame(RaftMessage.APPEND.code(), 7, request))) {
      var in = new java.io.DataInputStream(socket.getInputStream());
      in.readInt();
      assertThat(in.readUnsignedByte()).isEqualTo(RaftMessage.ERROR.code() | Frame.ANSWER);
      assertThat(in.readLong()).isEqualTo(7);
    }
    assertThat(log.of(stranger.address())).isEmpty();
  }

  @Test
  void namesNoMessageOfJRaftThatIsNotOnTheList() throws IOException {
    assertThat(RaftMessage.ofRequest(LocalFileMetaOutter.LocalFileMeta.getDefaultInstance()))
        .isNull();
    assertThat(
            RaftMessage.ofRequest(
                com.alipay.sofa.jraft.rpc.CliRequests.ResetPeerRequest.getDefaultInstance()))
        .isNull();
  }
}
