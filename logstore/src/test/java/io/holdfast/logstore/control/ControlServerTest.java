package io.holdfast.logstore.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlServerTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path folder;
  private Path socket;
  private Path groups;
  private EventLoopGroup loops;
  private ExecutorService owner;
  private ControlServer server;

  @BeforeEach
  void open() throws Exception {
    // A child of another user must be able to reach the socket's folder.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    socket = folder.resolve("x.control");
    groups = Files.writeString(folder.resolve("group"), "root:x:0:\nholdfast:x:4242:\n");
    loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    owner = Executors.newSingleThreadExecutor();
    server = server();
    server.open(loops);
  }

  private ControlServer server() {
    return new ControlServer(socket, owner, new ControlAccess(0, groups, Path.of("/etc/passwd")))
        .command("echo", arguments -> JSON.createObjectNode().set("said", arguments))
        .command("large", arguments -> large())
        .command(
            "no",
            arguments -> {
              throw new ControlException("there is no such thing");
            })
        .command(
            "broken",
            arguments -> {
              throw new IllegalStateException("a defect");
            });
  }

  private static JsonNode large() {
    return JSON.createObjectNode().put("x", "x".repeat(1 << 20));
  }

  @AfterEach
  void close() {
    server.close();
    owner.shutdownNow();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void answersOneQuestionAfterTheOther() throws Exception {
    try (ControlClient client = ControlClient.connect(socket, PATIENCE)) {
      for (int i = 0; i < 100; i++) {
        ObjectNode arguments = JSON.createObjectNode().put("i", i);
        assertThat(client.ask("echo", arguments).at("/said/i").asInt()).isEqualTo(i);
      }
    }
  }

  @Test
  void givesTheReasonOfARefusal() throws Exception {
    try (ControlClient client = ControlClient.connect(socket, PATIENCE)) {
      ObjectNode none = JSON.createObjectNode();
      assertThatThrownBy(() -> client.ask("no", none))
          .isInstanceOf(ControlException.class)
          .hasMessage("there is no such thing");
      assertThatThrownBy(() -> client.ask("ecco", none))
          .hasMessage("no such command ecco; there are broken, echo, large, no");
      assertThatThrownBy(() -> client.ask("broken", none)).hasMessageContaining("a defect");
      assertThat(client.ask("echo", none).has("said")).as("still answers").isTrue();
    }
  }

  @Test
  void answersGarbageWithAnErrorAndGoesOn() throws Exception {
    assertThat(dialogue("garbage\n"))
        .containsExactly(
            error(
                "not a request; one is {\"v\":1,\"command\":NAME,\"arguments\":{...}} on one line"));
    assertThat(dialogue("\n[1]\n{\"v\":2,\"command\":\"echo\"}\n{\"v\":1}\n\u0000\u00ff\n"))
        .hasSize(5);
    assertThat(
            dialogue(
                "{\"v\":1,\"command\":\"echo\",\"arguments\":7}\n{\"v\":1,\"command\":\"echo\"}\n"))
        .containsExactly(
            error("arguments must be an object"), "{\"v\":1,\"ok\":true,\"result\":{\"said\":{}}}");
  }

  @Test
  void refusesALineThatIsTooLongAndCloses() throws Exception {
    String line = "x".repeat(ControlServer.LONGEST_REQUEST + 1);
    assertThat(dialogue(line + "\n{\"v\":1,\"command\":\"echo\"}\n"))
        .containsExactly(error("a line longer than 65536 bytes"));
    assertThat(dialogue(line)).containsExactly(error("a line longer than 65536 bytes"));
  }

  @Test
  void takesALineOfTheGreatestLength() throws Exception {
    String frame = "{\"v\":1,\"command\":\"echo\",\"arguments\":{\"x\":\"\"}}";
    String filler = "x".repeat(ControlServer.LONGEST_REQUEST - frame.length());
    assertThat(dialogue(frame.replace("\"\"", '"' + filler + '"') + "\n"))
        .containsExactly("{\"v\":1,\"ok\":true,\"result\":{\"said\":{\"x\":\"" + filler + "\"}}}");
  }

  @Test
  void givesALargeAnswerWhole() throws Exception {
    assertThat(dialogue("{\"v\":1,\"command\":\"large\"}\n").getFirst())
        .hasSizeGreaterThan(1 << 20);
  }

  @Test
  void forgetsAClientThatClosesItsSideAndStaysSilent() throws Exception {
    try (SocketChannel half = raw()) {
      half.write(ByteBuffer.wrap("{\"v\":1,".getBytes(StandardCharsets.UTF_8)));
      half.shutdownOutput();
      assertThat(half.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void isNotHeldUpByAClientThatSaysHalfALine() throws Exception {
    try (SocketChannel half = raw();
        ControlClient client = ControlClient.connect(socket, PATIENCE)) {
      half.write(ByteBuffer.wrap("{\"v\":1,".getBytes(StandardCharsets.UTF_8)));
      assertThat(client.ask("echo", JSON.createObjectNode()).has("said")).isTrue();
    }
  }

  @Test
  void holdsOneAnswerForAClientThatDoesNotRead() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    server.close();
    server =
        server()
            .command(
                "count",
                arguments -> {
                  asked.incrementAndGet();
                  return large();
                });
    server.open(loops);
    try (SocketChannel greedy = raw();
        ControlClient client = ControlClient.connect(socket, PATIENCE)) {
      greedy.configureBlocking(false);
      ByteBuffer requests =
          ByteBuffer.wrap(
              "{\"v\":1,\"command\":\"count\"}\n".repeat(100_000).getBytes(StandardCharsets.UTF_8));
      int written = 0;
      for (int i = 0; i < 50; i++) {
        written += greedy.write(requests);
        client.ask("echo", JSON.createObjectNode()); // the server's loop went round meanwhile
      }
      assertThat(written).as("the socket filled up").isLessThan(requests.capacity());
      assertThat(asked).hasValueBetween(1, 2);
    }
  }

  @Test
  void turnsAwayOneClientTooManyAndForgetsThoseThatLeft() throws Exception {
    List<SocketChannel> clients = new ArrayList<>();
    for (int i = 0; i < ControlServer.MOST_CLIENTS; i++) {
      clients.add(raw());
    }
    assertThat(dialogue("{\"v\":1,\"command\":\"echo\"}\n"))
        .containsExactly(error("too many clients; at most 32"));
    for (SocketChannel client : clients) {
      client.close();
    }
    await()
        .untilAsserted(
            () ->
                assertThat(dialogue("{\"v\":1,\"command\":\"echo\"}\n").getFirst())
                    .contains("\"ok\":true"));
  }

  @Test
  void replacesTheSocketOfADeadDaemon() throws Exception {
    server.close();
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    server = server();
    server.open(loops);
    assertThat(dialogue("{\"v\":1,\"command\":\"echo\"}\n").getFirst()).contains("\"ok\":true");
  }

  @Test
  void leavesTheSocketOfALivingDaemonAlone() throws Exception {
    try (ControlServer second = server()) {
      assertThatThrownBy(() -> second.open(loops))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a daemon listens here already");
    }
    assertThat(dialogue("{\"v\":1,\"command\":\"echo\"}\n").getFirst()).contains("\"ok\":true");
  }

  @Test
  void removesItsSocketWhenItCloses() {
    server.close();
    assertThat(socket).doesNotExist();
    assertThatThrownBy(() -> ControlClient.connect(socket, PATIENCE))
        .isInstanceOf(ControlUnreachableException.class)
        .hasMessageContaining("no daemon has opened it");
  }

  @Test
  void givesTheSocketToItsOwnerAndGroupOnly() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-rw----");
  }

  @Test
  void tellsAClientWithoutPatienceThatNobodyAnswers() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    owner.execute(
        () -> {
          try {
            busy.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (ControlClient client = ControlClient.connect(socket, Duration.ofMillis(300))) {
      assertThatThrownBy(() -> client.ask("echo", JSON.createObjectNode()))
          .isInstanceOf(ControlUnreachableException.class)
          .hasMessageContaining("no answer within");
    } finally {
      busy.countDown();
    }
  }

  @Test
  void refusesAStrangerEvenIfTheSocketsModeLetsHimIn() throws Exception {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(askedBy("nobody", "nogroup"))
        .containsExactly(
            error(
                "not allowed: only root, the daemon's own user and members of the group holdfast"
                    + " may ask"));
  }

  @Test
  void keepsAStrangerOutByTheSocketsMode() throws Exception {
    assertThat(askedBy("nobody", "nogroup").toString()).contains("Permission denied");
  }

  @Test
  void answersAMemberOfTheGroup() throws Exception {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.writeString(groups, "holdfast:x:4242:operator,nobody\n");
    assertThat(askedBy("nobody", "nogroup").getFirst()).contains("\"ok\":true");
    Files.writeString(groups, "holdfast:x:4242:operator,nobody2\n");
    assertThat(askedBy("nobody", "nogroup").getFirst())
        .as("taken away again")
        .contains("not allowed");
  }

  @Test
  void answersAProcessWhosePrimaryGroupItIs() throws Exception {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(askedBy("nobody", "4242").getFirst()).contains("\"ok\":true");
  }

  /** What the server says to a process of another user. */
  private List<String> askedBy(String user, String group) throws Exception {
    assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
    String java = ProcessHandle.current().info().command().orElseThrow();
    // One source file for the child, where any user can read it.
    Path source = folder.resolve("Ask.java");
    Files.writeString(
        source,
        """
        import java.net.*; import java.nio.*; import java.nio.channels.*;
        class Ask {
          public static void main(String[] a) throws Exception {
            try (SocketChannel c = SocketChannel.open(StandardProtocolFamily.UNIX)) {
              c.connect(UnixDomainSocketAddress.of(a[0]));
              try { c.write(ByteBuffer.wrap("{\\"v\\":1,\\"command\\":\\"echo\\"}\\n".getBytes())); }
              catch (java.io.IOException e) { }
              System.out.println(new java.io.BufferedReader(Channels.newReader(c, "UTF-8")).readLine());
            } catch (java.io.IOException e) { System.out.println(e.getMessage()); }
          }
        }
        """);
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r--r--"));
    Process child =
        new ProcessBuilder(
                "setpriv",
                "--reuid=" + user,
                "--regid=" + group,
                "--clear-groups",
                java,
                "-XX:TieredStopAtLevel=1",
                source.toString(),
                socket.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    List<String> lines = child.inputReader().lines().toList();
    assertThat(child.waitFor()).as("%s", lines).isZero();
    return lines;
  }

  private SocketChannel raw() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  /**
   * Says all of {@code text}, and reads a line for each of its lines, or until the server closes.
   */
  private List<String> dialogue(String text) throws IOException {
    List<String> heard = new ArrayList<>();
    try (SocketChannel client = raw()) {
      Thread writer = Thread.ofPlatform().start(() -> say(client, text));
      var in = new java.io.BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
      long wanted = Math.max(1, text.chars().filter(c -> c == '\n').count());
      String line;
      while (heard.size() < wanted && (line = in.readLine()) != null) {
        heard.add(line);
      }
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return heard;
  }

  private static void say(SocketChannel client, String text) {
    try {
      ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (out.hasRemaining()) {
        client.write(out);
      }
    } catch (IOException e) {
      // The server may close before it has read all of an overlong line.
    }
  }

  private static String error(String text) {
    return JSON.createObjectNode().put("v", 1).put("ok", false).put("error", text).toString();
  }
}
