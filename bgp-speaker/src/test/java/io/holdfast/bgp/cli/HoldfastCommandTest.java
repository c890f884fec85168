package io.holdfast.bgp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.control.ControlServer;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.replication.MemberConfig;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command against daemons that answer with the examples of docs/control-protocol.md. */
class HoldfastCommandTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private EventLoopGroup loops;
  private ControlServer bgpd;
  private ControlServer failoverd;
  private String out = "";
  private String err = "";

  @BeforeEach
  void open() throws Exception {
    Files.writeString(
        folder.resolve("holdfast.yaml"),
        """
        version: 1
        router: { as: 65002, router-id: 10.77.0.2 }
        runtime-directory: run
        failover: { log: { directory: log } }
        """);
    Files.createDirectory(folder.resolve("run"));
    loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    bgpd =
        new ControlServer(folder.resolve("run/bgpd.control"), Runnable::run)
            .command("show.bgp.summary", arguments -> documented("show.bgp.summary"))
            .command("show.bgp.neighbors", HoldfastCommandTest::neighbors)
            .command("show.bgp.ipv4.unicast", HoldfastCommandTest::routes);
    bgpd.open(loops);
    failoverd =
        new ControlServer(folder.resolve("run/failoverd.control"), Runnable::run)
            .command("show.failover", arguments -> documented("show.failover"));
    failoverd.open(loops);
  }

  private static JsonNode neighbors(JsonNode arguments) throws ControlException {
    if (arguments.has("name") && !arguments.get("name").asText().equals("frr-a")) {
      throw new ControlException("no peer is called " + arguments.get("name").asText());
    }
    return documented("show.bgp.neighbors");
  }

  private static JsonNode routes(JsonNode arguments) {
    return arguments.path("prefix").asText().equals("198.51.100.1")
        ? JSON.createObjectNode().put("truncated", false).set("routes", JSON.createArrayNode())
        : documented("show.bgp.ipv4.unicast");
  }

  /** The example under the command's heading in the documentation. */
  private static JsonNode documented(String command) {
    try {
      String page = Files.readString(Path.of("../docs/control-protocol.md"));
      Matcher example =
          Pattern.compile("### `" + command + "`.*?```json\n(.*?)```", Pattern.DOTALL)
              .matcher(page);
      assertThat(example.find()).as(command).isTrue();
      return JSON.readTree(example.group(1));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    bgpd.close();
    failoverd.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void showsTheSummaryAsATable() {
    assertThat(holdfast("show", "bgp", "summary")).isZero();
    assertThat(out)
        .isEqualTo(
            """
            AS 65002, router-id 10.77.0.2, transport failover, epoch 3, active
            12 routes received, 12 in use

            Peer   Address       AS  State        Up        PfxRcd  PfxSnt  MsgRcd  MsgSnt  Flaps
            frr-a  10.77.0.1  65001  Established  01:00:00      12       8     140     135      0
            """);
  }

  @Test
  void printsTheAnswerItselfAsJson() throws Exception {
    for (String[] question :
        new String[][] {
          {"show.bgp.summary", "show", "bgp", "summary", "--json"},
          {"show.bgp.neighbors", "show", "bgp", "neighbors", "--json"},
          {"show.bgp.ipv4.unicast", "show", "bgp", "ipv4", "unicast", "--json"},
          {"show.failover", "show", "failover", "--json"}
        }) {
      String[] words = java.util.Arrays.copyOfRange(question, 1, question.length);
      assertThat(holdfast(words)).isZero();
      assertThat(out).startsWith("{\"version\":1,").endsWith("}\n");
      assertThat(JSON.readTree(out)).isEqualTo(Question.versioned(documented(question[0])));
    }
  }

  @Test
  void showsAllAboutOnePeer() {
    assertThat(holdfast("show", "bgp", "neighbors", "frr-a")).isZero();
    assertThat(out)
        .startsWith("frr-a: 10.77.0.1, AS 65001 (eBGP), Established\n")
        .contains("they connected", "hold 9 s", "Administrative Shutdown")
        .doesNotContain("null");
  }

  @Test
  void exitsWith1ForAPeerThatIsNotThere() {
    assertThat(holdfast("show", "bgp", "neighbors", "nobody")).isEqualTo(1);
    assertThat(err).isEqualTo("holdfast: no peer is called nobody\n");
  }

  @Test
  void exitsWith1ForAPrefixWithoutARoute() {
    assertThat(holdfast("show", "bgp", "ipv4", "unicast", "203.0.113.0/24")).isZero();
    assertThat(out).contains(">  203.0.113.0/24  frr-a  10.77.0.1", "65001 65010");
    assertThat(holdfast("show", "bgp", "ipv4", "unicast", "198.51.100.1")).isEqualTo(1);
    assertThat(out).isEqualTo("no route to 198.51.100.1\n");
  }

  @Test
  void exitsWith2ForWhatIsNoPrefix() {
    assertThat(holdfast("show", "bgp", "ipv4", "unicast", "10.0.0.0/33")).isEqualTo(2);
    assertThat(out).isEmpty();
    assertThat(err).contains("10.0.0.0/33");
  }

  @Test
  void showsFailover() {
    assertThat(holdfast("show", "failover")).isZero();
    assertThat(out).contains("speaker  active since", "queue 179", "rules were flushed");
  }

  @Test
  void exitsWith3WhenThereIsNoDaemon() {
    bgpd.close();
    assertThat(holdfast("show", "bgp", "summary")).isEqualTo(3);
    assertThat(err).hasLineCount(1).contains("bgpd.control: no daemon has opened it");
  }

  @Test
  void exitsWith2ForWrongUsage() {
    assertThat(holdfast("show", "bgp", "summry")).isEqualTo(2);
    assertThat(holdfast("show", "bgp")).isEqualTo(2);
    assertThat(holdfast("show", "bgp", "summary", "--jsno")).isEqualTo(2);
    assertThat(holdfast()).isEqualTo(2);
    assertThat(run("--config", folder.resolve("none").toString(), "show", "failover")).isEqualTo(2);
    assertThat(err).contains("no such file");
  }

  @Test
  void checksAConfiguration() throws Exception {
    assertThat(holdfast("config", "check")).isZero();
    assertThat(out).endsWith("holdfast.yaml: valid, 0 peers\n");
    Path file = folder.resolve("holdfast.yaml");
    Files.writeString(file, Files.readString(file) + "transport: dirct\n");
    assertThat(holdfast("config", "check")).isEqualTo(2);
    assertThat(err).contains("holdfast.yaml:5:12: \"dirct\" in transport; did you mean direct?");
    assertThat(holdfast("config", "check", "--json")).isEqualTo(2);
    assertThat(JSON.readTree(out).path("problems")).hasSize(1);
  }

  @Test
  void readsALog() throws Exception {
    aLog(folder.resolve("log"));
    assertThat(holdfast("log", "show", "--bytes")).isZero();
    assertThat(out)
        .contains("RECEIVED", "68 65 6c 6c 6f", "3 records up to position", "0-10 20-25");
    assertThat(holdfast("log", "verify", "--json")).isZero();
    JsonNode connection = JSON.readTree(out).path("connections").get(0);
    assertThat(connection.at("/received/0/to").asInt()).isEqualTo(10);
    assertThat(connection.at("/received/1/from").asInt()).isEqualTo(20);
    assertThat(holdfast("log", "show", "--json")).isZero();
    assertThat(JSON.readTree(out).path("records")).hasSize(3);
    assertThat(holdfast("log", "verify", "--directory", folder.resolve("no").toString()))
        .isEqualTo(2);
  }

  @Test
  void exitsWith1ForADamagedLog() throws Exception {
    aLog(folder.resolve("log"));
    Path segment = spoil(folder.resolve("log"));
    assertThat(holdfast("log", "verify")).isEqualTo(1);
    assertThat(err).hasLineCount(1).contains(segment.getFileName().toString());
  }

  @Test
  void listsTheConnectionsOfALogWithoutItsRecords() throws Exception {
    aLog(folder.resolve("log"));
    assertThat(holdfast("log", "show", "--connections")).isZero();
    assertThat(out)
        .doesNotContain("RECEIVED")
        .contains("State", "Records", "Bytes", "First", "Last")
        .contains("1970-01-01T00:00:01Z", "0-10 20-25");
    assertThat(holdfast("log", "show", "--connections", "--json")).isZero();
    JsonNode log = JSON.readTree(out);
    assertThat(log.has("records")).isFalse();
    JsonNode connection = log.at("/connections/0");
    assertThat(connection.path("records").asInt()).isEqualTo(3);
    assertThat(connection.path("bytes").asInt()).isEqualTo(15);
    assertThat(connection.path("first").asText()).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(log.path("damage").isNull()).isTrue();
  }

  @Test
  void verifiesTheLogsOfSeveralMembersAndExitsWithTheWorst() throws Exception {
    Path a = folder.resolve("a");
    Path b = folder.resolve("b");
    Path none = folder.resolve("none");
    aLog(a);
    aLog(b);
    assertThat(holdfast("log", "verify", a.toString(), b.toString())).isZero();
    assertThat(out).contains(a + ":\n3 records", b + ":\n3 records");

    Path segment = spoil(b);

    assertThat(holdfast("log", "verify", b.toString(), a.toString())).isEqualTo(1);
    assertThat(out).contains("0 records up to position 0 are intact", a + ":\n3 records");
    assertThat(err).hasLineCount(1).contains(segment.toString(), "byte ");
    assertThat(holdfast("log", "verify", "--json", b.toString(), a.toString())).isEqualTo(1);
    JsonNode logs = JSON.readTree(out).path("logs");
    assertThat(logs.at("/0/damage/file").asText()).isEqualTo(segment.toString());
    assertThat(logs.at("/0/damage/byte").isIntegralNumber()).isTrue();
    assertThat(logs.at("/1/damage").isNull()).isTrue();
    assertThat(logs.at("/1/count").asInt()).isEqualTo(3);
    assertThat(holdfast("log", "show", "--json", b.toString())).isEqualTo(1);
    assertThat(JSON.readTree(out).path("records").isArray()).as("JSON all the same").isTrue();
    assertThat(holdfast("log", "verify", a.toString(), none.toString())).isEqualTo(2);
  }

  @Test
  void exportsALogAsACapture() throws Exception {
    aLog(folder.resolve("log"));
    Path file = folder.resolve("x.pcap");
    assertThat(holdfast("log", "export", "--output", file.toString())).isZero();
    assertThat(out)
        .contains(file + ": 3 packets")
        .contains("connection 7: the log has no longer its beginning: no handshake")
        .contains("connection 7: 10 bytes are not in the log, in 1 gaps");
    assertThat(file).exists();
    assertThat(contains(file, "hello")).isTrue();
    assertThat(
            holdfast("log", "export", "--connection", "7", "--output", file.toString(), "--json"))
        .isZero();
    JsonNode summary = JSON.readTree(out);
    assertThat(summary.path("packets").asInt()).isEqualTo(3);
    assertThat(summary.at("/connections/0/received").asInt()).isEqualTo(15);
    assertThat(summary.at("/connections/0/whole").asBoolean()).isFalse();
  }

  @Test
  void exportSaysWhatItDidNotFindAndWhatStoppedIt() throws Exception {
    Path file = folder.resolve("x.pcap");
    String[] words = {"log", "export", "--all", "--output", file.toString()};
    assertThat(holdfast(words)).as("no log").isEqualTo(2);
    assertThat(holdfast("log", "export", "--all")).as("no file").isEqualTo(2);
    aLog(folder.resolve("log"));
    assertThat(holdfast("log", "export", "--connection", "8", "--output", file.toString()))
        .isEqualTo(1);
    assertThat(err).isEqualTo("holdfast: no connection 8 in the log\n");
    assertThat(holdfast("log", "export", "--all", "--connection", "7", "--output", file.toString()))
        .as("both")
        .isEqualTo(2);

    Path segment = spoil(folder.resolve("log"));

    assertThat(holdfast(words)).isEqualTo(1);
    assertThat(err).hasLineCount(1).contains(segment.toString());
  }

  private static void aLog(Path folder) throws Exception {
    try (Log log =
        OwnedLog.open(
            Member.start(MemberConfig.alone(folder, false), null).backend(Duration.ofSeconds(20)),
            "test")) {
      append(log, 0, "hello");
      append(log, 5, "world");
      append(log, 20, "later");
      log.flush();
    }
  }

  /** Damages its first record; returns the file. */
  private static Path spoil(Path log) throws Exception {
    Path segment;
    try (var files = Files.walk(log)) {
      segment = files.filter(f -> contains(f, "hello")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("hello")] ^= 1;
    Files.write(segment, bytes);
    return segment;
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.isRegularFile(file)
          && new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
              .contains(text);
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private static void append(Log log, long offset, String text) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    log.append(RecordKind.RECEIVED, 1, 1_000_000, 7, offset, bytes, 0, text.length());
  }

  private int holdfast(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "--config";
    all[1] = folder.resolve("holdfast.yaml").toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return run(all);
  }

  private int run(String... arguments) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    int code =
        HoldfastCommand.run(
            arguments, new PrintWriter(outText, true), new PrintWriter(errText, true));
    out = outText.toString();
    err = errText.toString();
    return code;
  }
}
