package io.holdfast.bgp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.control.ControlServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** holdfast log status|members|force-leader, with a member that answers as documented. */
class LogQuestionTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private final List<String> asked = new ArrayList<>();
  private EventLoopGroup loops;
  private ControlServer logd;
  private int running;
  private String end = "done";
  private String status = "OK";
  private String out = "";
  private String err = "";

  @BeforeEach
  void open() throws Exception {
    Files.writeString(
        folder.resolve("holdfast.yaml"),
        "version: 1\nruntime-directory: run\nfailover: { log: { member: a, members: [] } }\n");
    Files.createDirectory(folder.resolve("run"));
    loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    logd =
        new ControlServer(folder.resolve("run/logd.control"), Runnable::run)
            .command("log.status", arguments -> documented("log.status").put("status", status))
            .command("log.members", this::members)
            .command("log.force-leader", this::forceLeader);
    logd.open(loops);
  }

  @AfterEach
  void close() {
    logd.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static ObjectNode documented(String command) {
    try {
      String page = Files.readString(Path.of("../docs/control-protocol.md"));
      Matcher example =
          Pattern.compile("### `" + command + "`.*?```json\n(.*?)```", Pattern.DOTALL)
              .matcher(page);
      assertThat(example.find()).as(command).isTrue();
      return (ObjectNode) JSON.readTree(example.group(1));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private JsonNode members(JsonNode arguments) throws ControlException {
    asked.add(arguments.toString());
    if (arguments.path("id").asText().equals("nobody")) {
      throw new ControlException("no member is called \"nobody\"; there are a, b");
    }
    ObjectNode answer = documented("log.members");
    ObjectNode change = (ObjectNode) answer.get("change");
    boolean done = running-- <= 0;
    change.put("state", done ? end : "running");
    change.put("error", done && end.equals("failed") ? "it did not catch up" : null);
    return answer;
  }

  private JsonNode forceLeader(JsonNode arguments) {
    asked.add("force " + arguments);
    return documented("log.force-leader");
  }

  @Test
  void showsTheStatus() {
    assertThat(holdfast("status")).isZero();
    assertThat(out)
        .isEqualTo(
            """
            status    OK
            member    a, leader, term 4, index 90210
            log       from 0, committed to 81920, 7 open streams
            survives  a crash of any process, and the loss of any one of its members
            now       member c is away: until it is back the log stops if another is lost
            appended  81920 bytes in 610 records, committed within 640 us (p50), 1900 us (p99)

               Member  Address        Role         Lag
            *  a       10.0.0.1:7790  leader         0
               b       10.0.0.2:7790  follower       2
               c       10.0.0.3:7790  unreachable    -
            """);
  }

  @Test
  void exitsWith1WhenTheLogIsNotWell() {
    status = "LOW_SPACE";
    assertThat(holdfast("status")).isEqualTo(1);
    assertThat(out).startsWith("status    LOW_SPACE");
  }

  @Test
  void printsTheAnswerAsItCame() throws Exception {
    assertThat(holdfast("status", "--json")).isZero();
    assertThat(JSON.readTree(out)).isEqualTo(Question.versioned(documented("log.status")));
    assertThat(holdfast("members", "--json")).isZero();
    assertThat(JSON.readTree(out)).isEqualTo(Question.versioned(documented("log.members")));
  }

  @Test
  void listsMembers() {
    assertThat(holdfast("members")).isZero();
    assertThat(out)
        .contains("b       10.0.0.2:7790  follower")
        .endsWith("\nlast change: remove 10.0.0.3:7790: done\n");
    String same = out;
    assertThat(holdfast("members", "list")).isZero();
    assertThat(out).isEqualTo(same);
  }

  @Test
  void waitsForTheEndOfAChange() {
    running = 2;
    assertThat(holdfast("members", "add", "d", "10.0.0.4:7790")).isZero();
    assertThat(asked)
        .containsExactly(
            "{\"action\":\"add\",\"id\":\"d\",\"address\":\"10.0.0.4:7790\"}", "{}", "{}");
    assertThat(out).isEqualTo("remove 10.0.0.3:7790: done\n");
  }

  @Test
  void asksForEachChange() {
    assertThat(holdfast("members", "remove", "c")).isZero();
    assertThat(holdfast("members", "replace", "c", "d", "[2001:DB8::4]:7790")).isZero();
    assertThat(asked)
        .containsExactly(
            "{\"action\":\"remove\",\"id\":\"c\"}",
            "{\"action\":\"replace\",\"old\":\"c\",\"id\":\"d\",\"address\":\"[2001:db8::4]:7790\"}");
  }

  @Test
  void exitsWith1ForAChangeThatFailsOrIsRefused() {
    end = "failed";
    assertThat(holdfast("members", "add", "d", "h:1")).isEqualTo(1);
    assertThat(out).contains(": failed: it did not catch up");
    assertThat(holdfast("members", "remove", "nobody")).isEqualTo(1);
    assertThat(err).isEqualTo("holdfast: no member is called \"nobody\"; there are a, b\n");
  }

  @Test
  void exitsWith1ForAChangeThatGoesOnWithoutUs() {
    running = Integer.MAX_VALUE;
    assertThat(holdfast("members", "add", "d", "h:1", "--wait", "0")).isEqualTo(1);
    assertThat(out).endsWith(": running\n");
  }

  @Test
  void exitsWith2ForWrongUsage() {
    assertThat(holdfast("members", "add", "d")).isEqualTo(2);
    assertThat(holdfast("members", "add", "d", "10.0.0.4")).isEqualTo(2);
    assertThat(err).contains("\"10.0.0.4\" is no address");
    assertThat(holdfast("members", "grow")).isEqualTo(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void exitsWith3WithoutADaemon() {
    assertThat(holdfast("status", "--socket", folder.resolve("none").toString())).isEqualTo(3);
    logd.close();
    assertThat(holdfast("status")).isEqualTo(3);
    assertThat(err).contains("failoverd.control: no daemon has opened it");
  }

  @Test
  void forcesNothingThatIsNotConfirmed() {
    assertThat(answering("no\n", "force-leader")).isEqualTo(1);
    assertThat(answering("", "force-leader")).isEqualTo(1);
    assertThat(err)
        .contains("This gives up b at 10.0.0.2:7790.", "Entries that only they had are lost")
        .endsWith("holdfast: not confirmed; nothing was changed\n");
    assertThat(asked).containsOnly("{}");
  }

  @Test
  void forcesWhatIsConfirmed() {
    assertThat(answering("yes\n", "force-leader")).isZero();
    assertThat(asked.getLast()).isEqualTo("force {\"confirm\":true,\"survivors\":[]}");
    assertThat(holdfast("force-leader", "--yes", "--survivor", "a", "--survivor", "b")).isZero();
    assertThat(asked.getLast()).isEqualTo("force {\"confirm\":true,\"survivors\":[\"a\",\"b\"]}");
    assertThat(out).isEqualTo("force 10.0.0.1:7790 to be the whole group: done\n");
  }

  private int answering(String typed, String... arguments) {
    InputStream terminal = System.in;
    System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.US_ASCII)));
    try {
      return holdfast(arguments);
    } finally {
      System.setIn(terminal);
    }
  }

  private int holdfast(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("--config", folder.resolve("holdfast.yaml").toString(), "log"));
    all.addAll(List.of(arguments));
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    int code =
        HoldfastCommand.run(
            all.toArray(String[]::new),
            new PrintWriter(outText, true),
            new PrintWriter(errText, true));
    out = outText.toString();
    err = errText.toString();
    return code;
  }
}
