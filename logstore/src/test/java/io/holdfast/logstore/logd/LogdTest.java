package io.holdfast.logstore.logd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.control.ControlClient;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.remote.RemoteBackend;
import io.holdfast.logstore.rpc.Authority;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Log servers in this process, and an owner whose log they keep, over loopback and TLS. */
@Timeout(120)
class LogdTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;
  private Authority authority;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Map<String, Integer> priorities = new LinkedHashMap<>();
  private final Map<String, Logd> running = new LinkedHashMap<>();

  @BeforeEach
  void authority() throws Exception {
    authority = new Authority(Files.createDirectories(folder.resolve("tls")), "authority");
  }

  @AfterEach
  void stop() {
    running.values().forEach(Logd::close);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private void group(String... ids) throws Exception {
    for (String id : ids) {
      ports.put(id, freePort());
    }
    Map<String, CompletableFuture<Logd>> starts = new LinkedHashMap<>();
    for (String id : ids) {
      LogdConfig config = config(id);
      starts.put(
          id, CompletableFuture.supplyAsync(() -> started(config), Thread::startVirtualThread));
    }
    for (Map.Entry<String, CompletableFuture<Logd>> start : starts.entrySet()) {
      running.put(start.getKey(), start.getValue().get());
    }
  }

  private static Logd started(LogdConfig config) {
    try {
      return Logd.start(config);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private LogdConfig config(String id) throws Exception {
    StringBuilder members = new StringBuilder();
    ports.forEach(
        (each, port) ->
            members.append(
                "      - { id: %s, address: \"127.0.0.1:%d\", priority: %d }\n"
                    .formatted(each, port, priorities.getOrDefault(each, 100))));
    TlsFiles tls = authority.member(id);
    return LogdConfig.load(
        Files.writeString(
            folder.resolve(id + ".yaml"),
            """
            version: 1
            runtime-directory: run-%s
            failover:
              log:
                directory: log-%s
                segment-size: 1MiB
                member: %s
                tls: { certificate: "%s", key: "%s", authority: "%s" }
                members:
            %s"""
                .formatted(id, id, id, tls.certificate(), tls.key(), tls.authority(), members)));
  }

  private RemoteBackend client(String id) throws Exception {
    TlsFiles tls = authority.member(id);
    return RemoteBackend.of(
        new LogConfig.Servers(
            ports.values().stream().map(port -> new HostPort("127.0.0.1", port)).toList(),
            new LogConfig.Tls(tls.certificate(), tls.key(), tls.authority())),
        PATIENCE);
  }

  private static void append(Log log, long number, int length) {
    ByteBuffer payload = ByteBuffer.allocateDirect(length).putLong(0, number);
    log.append(RecordKind.RECEIVED, 1, 1_000_000 + number, number, 0, payload, 0, length);
  }

  /** Numbers of all records of the log, in order. */
  private static List<Long> numbers(Log log) throws IOException {
    List<Long> numbers = new ArrayList<>();
    RecordFlyweight record = new RecordFlyweight();
    ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 20);
    try (LogReader reader = log.reader(log.first())) {
      for (int read = reader.read(chunk);
          read != 0 || reader.awaitMore();
          read = reader.read(chunk)) {
        for (int at = 0; at < read; at += record.length()) {
          assertThat(record.wrap(chunk, at).intact()).isTrue();
          numbers.add(record.stream());
        }
        chunk.clear();
      }
    }
    return numbers;
  }

  private static List<Long> upTo(long count) {
    return java.util.stream.LongStream.range(0, count).boxed().toList();
  }

  private JsonNode ask(String id, String command, ObjectNode arguments) throws Exception {
    Path socket = folder.resolve("run-" + id + "/logd.control");
    try (ControlClient client = ControlClient.connect(socket, Duration.ofSeconds(10))) {
      return client.ask(command, arguments);
    }
  }

  private JsonNode ask(String id, String command) throws Exception {
    return ask(id, command, JSON.createObjectNode());
  }

  @Test
  void keepsALogForAnOwnerElsewhere() throws Exception {
    group("a");
    try (Log log = OwnedLog.open(client("owner"), "owner")) {
      for (int i = 0; i < 2_000; i++) {
        append(log, i, 1_400);
        if (i % 7 == 0) {
          log.flush();
        }
      }
      log.flush();
      await().until(() -> log.committed() == log.appended());
      assertThat(numbers(log)).isEqualTo(upTo(2_000));
      assertThat(log.statistics().records()).isEqualTo(2_000);
      JsonNode status = ask("a", "log.status");
      assertThat(status.path("role").asText()).isEqualTo("alone");
      assertThat(status.path("committed").asLong()).isEqualTo(log.committed());
      assertThat(status.path("position").asLong()).isEqualTo(log.appended());
      assertThat(status.at("/members/0/reachable").asBoolean()).isTrue();
      assertThat(status.path("durability").asText()).isEqualTo("a crash of any process");
      assertThat(status.path("durability-now").asText()).isEqualTo("all of that");
    }
    try (Log log = OwnedLog.open(client("other"), "other")) {
      assertThat(numbers(log)).as("all from elsewhere").isEqualTo(upTo(2_000));
    }
  }

  @Test
  void outlivesItsServer() throws Exception {
    group("a");
    try (Log log = OwnedLog.open(client("owner"), "owner")) {
      List<Log.Status> statuses = new java.util.concurrent.CopyOnWriteArrayList<>();
      log.onStatus((status, reason) -> statuses.add(status));
      for (int i = 0; i < 100; i++) {
        append(log, i, 500);
      }
      log.flush();
      running.get("a").close();
      for (int i = 100; i < 200; i++) {
        append(log, i, 500);
      }
      log.flush();
      await().until(() -> statuses.contains(Log.Status.OTHER_ERROR));
      running.put("a", Logd.start(config("a")));
      await().until(() -> log.committed() == log.appended());
      assertThat(numbers(log)).isEqualTo(upTo(200));
      await().until(() -> log.status() == Log.Status.OK);
    }
  }

  @Test
  void goesOnWithAnotherMemberWhenTheLeaderDies() throws Exception {
    group("a", "b", "c");
    try (Log log = OwnedLog.open(client("owner"), "owner")) {
      for (int i = 0; i < 300; i++) {
        append(log, i, 700);
        log.flush();
      }
      await().until(() -> log.committed() == log.appended());
      String leader = leader();
      assertThat(ask(leader, "log.status").path("durability").asText())
          .isEqualTo("a crash of any process, and the loss of any one of its members");
      String follower = leader.equals("a") ? "b" : "a";
      String third = leader.equals("c") ? "b" : "c";
      awaitReachable(leader, Map.of(leader, "true", follower, "true", third, "true"));
      assertThat(ask(leader, "log.status").path("durability-now").asText())
          .isEqualTo("all of that");
      assertThat(ask(leader, "log.status").path("spare-members").asInt(-1)).isEqualTo(1);
      awaitReachable(follower, Map.of(leader, "true", follower, "true", third, "null"));
      running.remove(leader).close();
      for (int i = 300; i < 600; i++) {
        append(log, i, 700);
        log.flush();
      }
      await().atMost(PATIENCE).until(() -> log.committed() == log.appended());
      assertThat(numbers(log)).isEqualTo(upTo(600));
      awaitReachable(leader(), Map.of(leader, "false", follower, "true", third, "true"));
      JsonNode status = ask(leader(), "log.status");
      assertThat(status.path("durability").asText()).contains("loss of any one of its members");
      assertThat(status.path("durability-now").asText())
          .isEqualTo(
              "member " + leader + " is away: until it is back the log stops if another is lost");
      assertThat(status.path("spare-members").asInt(-1)).isZero();
    }
  }

  private void awaitReachable(String asked, Map<String, String> expected) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(reachable(asked)).isEqualTo(expected));
  }

  /** What a member says of each, itself included, by id. */
  private Map<String, String> reachable(String asked) throws Exception {
    Map<String, String> found = new HashMap<>();
    for (JsonNode member : ask(asked, "log.status").path("members")) {
      found.put(member.path("id").asText(), member.path("reachable").asText());
    }
    return found;
  }

  private String leader() throws Exception {
    await().atMost(PATIENCE).until(() -> running.keySet().stream().anyMatch(this::leads));
    return running.keySet().stream().filter(this::leads).findFirst().orElseThrow();
  }

  private boolean leads(String id) {
    try {
      return ask(id, "log.status").path("role").asText().equals("leader");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void ofPriorityZeroDoesNotTakeTheLeadOfOneThatEndsInOrder() throws Exception {
    priorities.put("b", 0);
    priorities.put("c", 0);
    group("a", "b", "c");
    for (int i = 0; i < 3; i++) {
      await().atMost(PATIENCE).until(() -> leads("a"));
      running.remove("a").close();
      running.put("a", Logd.start(config("a")));
    }
    await().atMost(PATIENCE).until(() -> leads("a"));
  }

  @Test
  void saysThatItIsRebuildingUntilItHasAgainWhatItLostAndHasHeardEveryOther() throws Exception {
    group("a", "b", "c");
    try (Log log = OwnedLog.open(client("owner"), "owner")) {
      append(log, 0, 700);
      log.flush();
      await().until(() -> log.committed() == log.appended());
      String leader = leader();
      List<String> others = running.keySet().stream().filter(id -> !id.equals(leader)).toList();
      String lost = others.getFirst();
      String unheard = others.getLast();
      await().until(() -> ask(lost, "log.status").path("committed").asLong() == log.committed());
      running.remove(lost).close();
      running.remove(unheard).close();
      delete(folder.resolve("log-" + lost));
      running.put(lost, Logd.start(config(lost)));

      JsonNode status = ask(lost, "log.status");
      assertThat(status.path("role").asText()).isEqualTo("rebuilding");
      assertThat(status.path("members").findValuesAsText("role")).contains("rebuilding");
      running.put(unheard, Logd.start(config(unheard)));
      await()
          .atMost(PATIENCE)
          .until(() -> ask(lost, "log.status").path("role").asText().equals("follower"));
      assertThat(ask(lost, "log.status").path("members").findValuesAsText("role"))
          .doesNotContain("rebuilding");
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @Test
  void endsTheTurnOfAnOwnerThatAnotherFollows() throws Exception {
    group("a");
    try (OwnedLog log = OwnedLog.open(client("owner"), "owner");
        OwnedLog next = OwnedLog.open(client("next"), "next")) {
      assertThat(next.epoch()).isGreaterThan(log.epoch());
      await().until(() -> log.status() == Log.Status.EXPIRED);
    }
  }

  @Test
  void letsNobodyWriteWithoutACertificateOfItsAuthority() throws Exception {
    group("a");
    TlsFiles tls = new Authority(folder.resolve("tls"), "stranger").member("owner");
    LogBackend stranger =
        RemoteBackend.of(
            new LogConfig.Servers(
                List.of(new HostPort("127.0.0.1", ports.get("a"))),
                new LogConfig.Tls(tls.certificate(), tls.key(), tls.authority())),
            Duration.ofMillis(500));
    assertThatThrownBy(() -> OwnedLog.open(stranger, "stranger"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no member of the log took us")
        .message()
        .hasLineCount(1);
  }

  @Test
  void answersWhatAnOperatorAsks() throws Exception {
    group("a", "b", "c");
    String leader = leader();
    JsonNode members = ask(leader, "log.members");
    assertThat(members.path("members")).hasSize(3);
    assertThat(members.path("members").findValuesAsText("id"))
        .containsExactlyInAnyOrder("a", "b", "c");
    assertThat(members.path("change").isNull()).isTrue();
    assertThat(ask(leader, "log.streams").path("active").asInt()).isZero();
    refused(
        leader,
        "log.members",
        "{\"action\":\"remove\",\"id\":\"d\"}",
        "no member is called \"d\"; there are");
    refused(
        leader,
        "log.members",
        "{\"action\":\"add\",\"id\":\"a\",\"address\":\"h:1\"}",
        "is there already");
    refused(
        leader, "log.members", "{\"action\":\"add\",\"id\":\"d\",\"address\":\"h\"}", "no address");
    refused(leader, "log.members", "{\"action\":\"add\",\"id\":\"d\"}", "address is missing");
    refused(leader, "log.members", "{\"action\":\"grow\"}", "no action grow");
    refused(leader, "log.force-leader", "{\"survivors\":[\"a\"]}", "not confirmed");
    refused(leader, "log.streams", "{\"limit\":0}", "allowed: 1 to 1000");
    refused(leader, "log.streams", "{\"endpoint\":\"xy\"}", "hexadecimal");
    String follower =
        running.keySet().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
    ask(
        leader,
        "log.members",
        (ObjectNode) JSON.readTree("{\"action\":\"remove\",\"id\":\"" + follower + "\"}"));
    await()
        .atMost(PATIENCE)
        .until(() -> ask(leader, "log.members").at("/change/state").asText().equals("done"));
    assertThat(ask(leader, "log.members").path("members")).hasSize(2);
  }

  private void refused(String id, String command, String arguments, String why) {
    assertThatThrownBy(() -> ask(id, command, (ObjectNode) JSON.readTree(arguments)))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining(why);
  }
}
