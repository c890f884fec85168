package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.capture.TcpStreams;
import io.holdfast.lab.capture.Tshark;
import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Checkout;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Topology: pair of peers. The operator's command against living daemons, as a process. */
class CommandLineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a SENT record: epoch, sequence, flags, zero; then the count (docs/north-channel.md). */
  private static final int SENT_COUNT_OFFSET = 18;

  private static final int SENT_TARGET_LENGTH = 16;

  private static PairOfPeers pair;
  private static Capture capture;

  @BeforeAll
  static void begin() {
    pair = PairOfPeers.prepare(PairSetup.failover());
    capture = pair.capture();
    pair.holdfast().start();
    pair.awaitEstablished();
    Routes fromA = Routes.fromAToB(pair);
    fromA.announce(Routes.block(1, 20), 3);
    fromA.awaitArrival();
    Routes fromB = Routes.fromBToA(pair);
    fromB.announce(Routes.block(2, 10), 0);
    fromB.awaitArrival();
  }

  @AfterAll
  static void end() {
    capture.close();
    pair.close();
  }

  private static Command.Outcome holdfast(String... words) {
    return holdfast(pair.holdfast().configuration().toString(), List.of(words));
  }

  private static Command.Outcome holdfast(String configuration, List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Checkout.program("holdfast").toString());
    command.addAll(List.of("--config", configuration));
    command.addAll(words);
    return Command.attempt(command);
  }

  private static JsonNode json(String... words) throws IOException {
    Command.Outcome outcome = holdfast(words);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    JsonNode answer = JSON.readTree(outcome.output());
    assertThat(answer.fieldNames().next()).isEqualTo("version");
    assertThat(answer.path("version").asInt()).isOne();
    return answer;
  }

  @Test
  void showBgpSummaryNamesBothPeersWithTheirStates() throws IOException {
    Command.Outcome text = holdfast("show", "bgp", "summary");
    assertThat(text.exitCode()).isZero();
    assertThat(text.output()).contains("frr-a", "frr-b", "Established", "65001", "65003");

    JsonNode answer = json("show", "bgp", "summary", "--json");
    assertThat(answer.path("router").path("as").asLong()).isEqualTo(PairOfPeers.AS_H);
    assertThat(answer.path("active").asBoolean()).isTrue();
    assertThat(answer.path("transport").asText()).isEqualTo("failover");
    assertThat(answer.path("peers")).hasSize(2);
    JsonNode a = answer.path("peers").get(0);
    assertThat(a.path("state").asText()).isEqualTo("Established");
    assertThat(a.path("prefixesReceived").asInt()).isEqualTo(sentByA());
    assertThat(a.path("prefixesSent").asInt()).isEqualTo(10);
    assertThat(a.path("flaps").asInt()).isZero();
  }

  /** FRR sends back what it has learned as well; its word counts. */
  private static int sentByA() {
    int sent = pair.a().neighbor(PairOfPeers.H_TO_A).orElseThrow().prefixesSent();
    assertThat(sent).isGreaterThanOrEqualTo(20);
    return sent;
  }

  @Test
  void showBgpNeighborsSaysWhatWasNegotiated() throws IOException {
    assertThat(holdfast("show", "bgp", "neighbors").output()).contains("10.77.0.1", "10.77.1.1");

    JsonNode b = json("show", "bgp", "neighbors", "frr-b", "--json").path("neighbors").get(0);
    assertThat(b.path("address").asText()).isEqualTo(PairOfPeers.B);
    assertThat(b.path("timers").path("holdTimeSeconds").asInt()).isEqualTo(9);
    assertThat(b.path("prefixes").path("accepted").asInt()).isEqualTo(10);
    assertThat(b.path("capabilities").path("negotiated").toString()).contains("route-refresh");
    assertThat(b.path("connection").path("remote").asText()).startsWith(PairOfPeers.B + ":");
    assertThat(holdfast("show", "bgp", "neighbors", "nobody").exitCode()).isOne();
  }

  @Test
  void showBgpRoutesFindsAPrefixAndSaysNoToAnotherOne() throws IOException {
    assertThat(holdfast("show", "bgp", "ipv4", "unicast").output())
        .contains("10.1.0.0/24", "10.2.9.0/24");

    JsonNode route =
        json("show", "bgp", "ipv4", "unicast", "10.1.7.0/24", "--json").path("routes").get(0);
    assertThat(route.path("peer").asText()).isEqualTo("frr-a");
    assertThat(route.path("best").asBoolean()).isTrue();
    assertThat(route.path("nextHop").asText()).isEqualTo(PairOfPeers.A);
    assertThat(route.path("asPath").asText()).isEqualTo(pair.a().config().path(3));
    assertThat(route.path("communities").get(0).asText()).isEqualTo("65001:3");
    assertThat(json("show", "bgp", "ipv4", "unicast", "10.1.7.9", "--json").path("routes"))
        .hasSize(1);
    assertThat(holdfast("show", "bgp", "ipv4", "unicast", "192.0.2.0/24").exitCode()).isOne();
  }

  @Test
  void showFailoverNamesTheSpeakerAndBothConnections() throws IOException {
    assertThat(holdfast("show", "failover").output()).contains("10.77.0.1", "active");

    JsonNode answer = json("show", "failover", "--json");
    assertThat(answer.path("speaker").path("state").asText()).isEqualTo("active");
    assertThat(answer.path("speaker").path("pid").asLong())
        .isEqualTo(pair.holdfast().speakerPid().orElseThrow());
    assertThat(answer.path("connections")).hasSize(2);
    assertThat(answer.path("connections").get(0).path("armed").asBoolean()).isTrue();
    assertThat(answer.path("log").path("status").asText()).isEqualTo("OK");
  }

  @Test
  void wrongWordsAndWrongFilesAreExitCodeTwo() {
    assertThat(holdfast("show", "bgp", "sumary").exitCode()).isEqualTo(2);
    assertThat(holdfast("show", "bgp", "summary", "--colour").exitCode()).isEqualTo(2);
    assertThat(holdfast("/nowhere.yaml", List.of("show", "failover")).exitCode()).isEqualTo(2);
  }

  @Test
  void daemonsThatAreNotThereAreExitCodeThree() {
    try (PairOfPeers silent = PairOfPeers.prepare(PairSetup.failover())) {
      String configuration = silent.holdfast().configuration().toString();
      assertThat(holdfast(configuration, List.of("show", "bgp", "summary")).exitCode())
          .isEqualTo(3);
      assertThat(holdfast(configuration, List.of("show", "failover")).exitCode()).isEqualTo(3);
    }
  }

  /**
   * Holds for each connection whose handshake was answered, also for those that lost a collision.
   */
  @Test
  void logShowFindsEveryByteThatTheCaptureSawSentOrAcknowledged() throws IOException {
    // First the capture, then the log: what is in the one has to be in the other already.
    List<TcpConversation> conversations = new ArrayList<>();
    for (String device : List.of(PairOfPeers.DEVICE_A, PairOfPeers.DEVICE_B)) {
      conversations.addAll(TcpStreams.read(capture.file(device)).bgp());
    }
    conversations.removeIf(conversation -> !isAnswered(conversation));
    JsonNode log = json("log", "show", "--json", "--bytes");
    assertThat(conversations).hasSizeGreaterThanOrEqualTo(2);
    for (TcpConversation conversation : conversations) {
      JsonNode connection = inTheLog(log, conversation);
      assertThat(connection.isMissingNode()).as("%s is not in the log", conversation).isFalse();
      assertThatAllIsThere(log, connection, conversation);
    }
    assertThat(holdfast("log", "verify").exitCode()).isZero();
  }

  private static boolean isAnswered(TcpConversation conversation) {
    return conversation.directions().stream().allMatch(way -> way.count("SYN", 0) > 0);
  }

  private static JsonNode inTheLog(JsonNode log, TcpConversation conversation) {
    for (JsonNode connection : log.path("connections")) {
      if (isBetween(conversation, connection)) {
        return connection;
      }
    }
    return JSON.missingNode();
  }

  private static void assertThatAllIsThere(
      JsonNode log, JsonNode connection, TcpConversation conversation) {
    String remote = connection.path("remote").asText();
    String peer = remote.substring(0, remote.lastIndexOf(':'));
    long id = connection.path("id").asLong();
    // A FIN counts as a byte for TCP.
    long stream = conversation.from(peer).length();
    int acknowledged = (int) Math.min(stream, conversation.to(peer).highestAcknowledged());
    assertThat(Arrays.copyOf(received(log, id), acknowledged))
        .as("received from %s", remote)
        .isEqualTo(Arrays.copyOf(conversation.from(peer).bytes(), acknowledged));
    byte[] seen = conversation.to(peer).bytes();
    assertThat(Arrays.copyOf(sent(log, id), seen.length)).as("sent to %s", remote).isEqualTo(seen);
  }

  private static boolean isBetween(TcpConversation conversation, JsonNode connection) {
    List<String> ends =
        conversation.directions().stream()
            .map(way -> way.from().getAddress().getHostAddress() + ":" + way.from().getPort())
            .toList();
    return ends.contains(connection.path("local").asText())
        && ends.contains(connection.path("remote").asText());
  }

  private static byte[] received(JsonNode log, long connection) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (JsonNode entry : log.path("records")) {
      if (entry.path("kind").asText().equals("RECEIVED")
          && entry.path("connection").asLong() == connection) {
        assertThat(entry.path("offset").asInt()).as("no gap").isEqualTo(stream.size());
        stream.writeBytes(HexFormat.of().parseHex(entry.path("bytes").asText()));
      }
    }
    return stream.toByteArray();
  }

  private static byte[] sent(JsonNode log, long connection) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (JsonNode entry : log.path("records")) {
      if (entry.path("kind").asText().equals("SENT")) {
        ByteBuffer record = ByteBuffer.wrap(HexFormat.of().parseHex(entry.path("bytes").asText()));
        int count = record.getShort(SENT_COUNT_OFFSET);
        int messages = SENT_COUNT_OFFSET + 2 + count * SENT_TARGET_LENGTH;
        for (int i = 0; i < count; i++) {
          int target = SENT_COUNT_OFFSET + 2 + i * SENT_TARGET_LENGTH;
          if (record.getLong(target) == connection) {
            assertThat(record.getLong(target + 8)).as("no gap").isEqualTo(stream.size());
            stream.write(record.array(), messages, record.capacity() - messages);
          }
        }
      }
    }
    return stream.toByteArray();
  }

  /** What Wireshark would make of the sessions, of which it was given only the log. */
  @Test
  void logExportGivesACaptureThatSaysWhatTheCaptureOfTheWireSaid() throws IOException {
    List<TcpConversation> wire = new ArrayList<>();
    for (String device : List.of(PairOfPeers.DEVICE_A, PairOfPeers.DEVICE_B)) {
      wire.addAll(TcpStreams.read(capture.file(device)).bgp());
    }
    wire.removeIf(conversation -> !isAnswered(conversation));
    Path file = pair.workspace().folder("export").resolve("all.pcap");
    JsonNode summary = json("log", "export", "--all", "--output", file.toString(), "--json");
    TcpStreams streams = TcpStreams.read(file);
    assertThat(streams.frames()).isEqualTo(summary.path("packets").asLong());

    for (TcpConversation seen : wire) {
      TcpConversation exported =
          streams.bgp().stream()
              .filter(c -> c.first().from().equals(seen.first().from()))
              .filter(c -> c.second().from().equals(seen.second().from()))
              .findFirst()
              .orElseThrow();
      for (int i = 0; i < 2; i++) {
        TcpDirection real = seen.directions().get(i);
        byte[] bytes = exported.directions().get(i).bytes();
        // What was on the wire is in the log, and perhaps more by now.
        int acknowledged =
            (int) Math.min(real.length(), seen.directions().get(1 - i).highestAcknowledged());
        assertThat(Arrays.copyOf(bytes, acknowledged))
            .isEqualTo(Arrays.copyOf(real.bytes(), acknowledged));
      }
    }
    Tshark tshark = new Tshark(file);
    assertThat(tshark.complaints()).isEmpty();
    assertThat(tshark.count("tcp.flags.syn == 1 && tcp.flags.ack == 0"))
        .isEqualTo(summary.path("connections").size());
    for (String device : List.of(PairOfPeers.DEVICE_A, PairOfPeers.DEVICE_B)) {
      assertThat(initialNumbers(capture.file(device)))
          .isNotEmpty()
          .isSubsetOf(initialNumbers(file));
    }
    for (int type = 1; type <= 2; type++) {
      assertThat(tshark.count("bgp.type == " + type)).as("BGP messages %d", type).isPositive();
    }
    assertThat(tshark.count("bgp.type == 4")).isPositive();
  }

  /** Addresses, initial sequence numbers, options and timestamps of the SYN-ACKs. */
  private static List<String> initialNumbers(Path file) {
    return new Tshark(file)
        .fields(
            "tcp.flags.syn == 1 && tcp.flags.ack == 1 && !tcp.analysis.retransmission",
            "ip.src",
            "ip.dst",
            "tcp.port",
            "tcp.seq_raw",
            "tcp.ack_raw",
            "tcp.options.mss_val",
            "tcp.options.wscale.shift",
            "tcp.options.timestamp.tsval",
            "tcp.options.timestamp.tsecr");
  }

  @Test
  void aSupervisedSpeakerHasNoPrivilegesAndItsControlSocketIsForTheGroup() throws IOException {
    pair.holdfast().awaitActive();
    long speaker = pair.holdfast().speakerPid().orElseThrow();

    assertThat(Files.readAllLines(Path.of("/proc", Long.toString(speaker), "status")))
        .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1");
    for (String name : List.of("bgpd.control", "failoverd.control", "north.sock")) {
      PosixFileAttributes socket =
          Files.readAttributes(
              pair.holdfast().runtimeFolder().resolve(name), PosixFileAttributes.class);
      assertThat(socket.group().getName()).as(name).isEqualTo("holdfast");
      assertThat(PosixFilePermissions.toString(socket.permissions()))
          .as(name)
          .isEqualTo("rw-rw----");
    }
  }

  /**
   * The peers are the speaker's part of the file; failoverd, which starts it, knows nothing of
   * them.
   */
  @Test
  void failoverdStartsNothingWithAFileThatItsSpeakerWouldRefuse() throws IOException {
    Path folder = pair.workspace().folder("refused");
    Path file = folder.resolve("wrong.yaml");
    Files.writeString(
        file,
        """
        version: 1
        router: { as: 65002, router-id: 10.77.0.2 }
        runtime-directory: run
        failover: { supervise: true, log: { directory: log } }
        peers:
          - { name: a, address: 10.77.9.1, as: many }
        """);

    Command.Outcome outcome =
        Command.attempt(
            List.of(Checkout.program("failoverd").toString(), "--config", file.toString()));

    assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
    assertThat(outcome.output())
        .startsWith(file + ":6:40: \"many\"")
        .contains("allowed: a number from 1 to 4294967294");
    assertThat(folder.resolve("run")).doesNotExist();
    assertThat(folder.resolve("log")).doesNotExist();
  }

  @Test
  void theAnswersSurviveTheSpeaker() throws IOException {
    Watch watch = Watch.begin(pair, capture);
    pair.holdfast().awaitActive();
    long victim = pair.holdfast().speakerPid().orElseThrow();
    Signal.KILL.send(victim);
    Waiting.until(
        "the next speaker",
        Duration.ofSeconds(30),
        () -> pair.holdfast().speakerPid().orElse(victim) != victim && pair.holdfast().isActive());

    JsonNode a = json("show", "bgp", "summary", "--json").path("peers").get(0);
    assertThat(a.path("prefixesReceived").asInt()).isEqualTo(sentByA());
    assertThat(a.path("prefixesSent").asInt()).isEqualTo(10);
    assertThat(a.path("flaps").asInt()).isZero();
    assertThat(a.path("uptimeSeconds").asLong())
        .as("of the session, not of the speaker")
        .isCloseTo(watch.viewOfA().uptimeMillis() / 1000, Offset.offset(2L));
    watch.assertThatNobodyNoticed();
  }
}
