package io.holdfast.failover.north;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever comes in at the socket costs its own channel, an alarm, and nobody else anything. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileProcessTest {
  private static final ByteBufAllocator ALLOC = ByteBufAllocator.DEFAULT;

  @TempDir Path folder;
  private final HandMadePipeline pipeline = new HandMadePipeline();
  private final Queue<String> alarms = new ConcurrentLinkedQueue<>();
  private MemoryLog log;
  private NorthServer server;
  private Path socket;
  private FoldingSpeaker honest;

  @BeforeEach
  void start() throws IOException {
    socket = folder.resolve("north.sock");
    log = new MemoryLog(1 << 20);
    server = NorthServer.open(socket, log, pipeline, Admission.standard(), alarms::add);
    pipeline.onAttach =
        channel -> server.welcome(channel, channel, MemoryLog.FIRST, log.appended());
    honest = new FoldingSpeaker(socket, "honest", Integer.MAX_VALUE / 4);
    await().until(() -> pipeline.said.contains("1 attach"));
  }

  @AfterEach
  void theHonestSpeakerHasNoticedNothing() {
    long position = log.put(1, 0, new byte[10]);
    server.committed(log.committed());
    await().until(() -> honest.positions.contains(position));
    assertThat(honest.told).noneMatch(line -> line.startsWith("lost"));
    honest.close();
    server.close();
  }

  /** Says this, and returns what is answered until the channel is closed. */
  private String say(ByteBuf... frames) throws IOException {
    try (SocketChannel raw = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      raw.connect(UnixDomainSocketAddress.of(socket));
      for (ByteBuf frame : frames) {
        ByteBuffer bytes = ByteBuffer.wrap(ByteBufUtil.getBytes(frame));
        frame.release();
        try {
          while (bytes.hasRemaining()) {
            raw.write(bytes);
          }
        } catch (IOException e) {
          break; // it has hung up on us in the middle
        }
      }
      return answer(raw);
    }
  }

  /** What is answered, up to a REFUSED or the end of the channel. */
  private static String answer(SocketChannel raw) {
    ByteBuffer in = ByteBuffer.allocate(1 << 16);
    try {
      while (!endsInRefusal(in) && raw.read(in) >= 0) {
        // until it is refused or closed
      }
    } catch (IOException e) {
      // closed with our bytes unread
    }
    return new String(in.array(), 0, in.position(), UTF_8);
  }

  private static boolean endsInRefusal(ByteBuffer in) {
    int at = 0;
    while (at + 5 <= in.position() && at + 4 + in.getInt(at) <= in.position()) {
      if (in.get(at + 4) == FrameType.REFUSED.code()) {
        return true;
      }
      at += 4 + in.getInt(at);
    }
    return false;
  }

  private static ByteBuf hello() {
    return NorthCodec.hello(ALLOC, "evil", "0");
  }

  private static ByteBuf register() {
    return NorthCodec.register(ALLOC, new ServiceSpec("evil", 1, List.of()));
  }

  @Test
  void aLengthBeyondTheLimit() throws IOException {
    assertThat(say(Unpooled.buffer().writeInt(Integer.MAX_VALUE).writeByte(1)))
        .contains("protocol violation: frame of 2147483647 bytes");
    assertThat(alarms).singleElement().asString().contains("2147483647");
    assertThat(pipeline.saidBy(2)).isEmpty();
  }

  @Test
  void aFrameOutOfTurn() throws IOException {
    assertThat(say(register())).contains("REGISTER while CONNECTED");
    assertThat(say(hello(), NorthCodec.attach(ALLOC))).contains("ATTACH while GREETED");
    assertThat(say(hello(), register(), NorthCodec.folded(ALLOC, 0, false)))
        .contains("FOLDED while REGISTERED");
    assertThat(say(hello(), hello())).contains("HELLO while GREETED");
    assertThat(alarms).hasSize(4);
    assertThat(pipeline.said).filteredOn(line -> line.contains("disconnected")).hasSize(3);
  }

  @Test
  void anotherVersionOfTheProtocol() throws IOException {
    assertThat(say(hello().setShort(NorthCodec.HEADER_LENGTH, 7)))
        .contains("protocol version 7, this failoverd speaks 1");
  }

  @Test
  void aClaimToHaveFoldedWhatWasNeverGiven() throws IOException {
    pipeline.onAttach =
        channel -> server.welcome(channel, channel, MemoryLog.FIRST, MemoryLog.FIRST);
    try (SocketChannel raw = attached()) {
      raw.write(ByteBuffer.wrap(ByteBufUtil.getBytes(NorthCodec.folded(ALLOC, 1L << 40, true))));
      assertThat(answer(raw)).contains("FOLDED 1099511627776, said 1000 before");
    }
    assertThat(pipeline.folded).doesNotContainKey(2L);
  }

  @Test
  void anOutputOutOfSequence() throws IOException {
    try (SocketChannel raw = attached()) {
      ByteBuf output = NorthCodec.outputHeader(ALLOC, 2, false, 5, 1).capacity(64).writeByte(0);
      raw.write(ByteBuffer.wrap(ByteBufUtil.getBytes(output)));
      assertThat(answer(raw)).contains("OUTPUT 2 behind 0");
    }
  }

  @Test
  void aProcessThatIsRefusedAndDoesNotGo() throws IOException {
    try (SocketChannel raw = attached()) {
      server.refuse(2, "go");
      assertThat(answer(raw)).contains("go");
      assertThat(raw.read(ByteBuffer.allocate(1))).isEqualTo(-1); // hung up on
    }
  }

  private SocketChannel attached() throws IOException {
    SocketChannel raw = SocketChannel.open(StandardProtocolFamily.UNIX);
    raw.connect(UnixDomainSocketAddress.of(socket));
    for (ByteBuf frame : List.of(hello(), register(), NorthCodec.attach(ALLOC))) {
      raw.write(ByteBuffer.wrap(ByteBufUtil.getBytes(frame)));
    }
    ByteBuffer welcome = ByteBuffer.allocate(NorthCodec.HEADER_LENGTH + 24);
    while (welcome.hasRemaining() && raw.read(welcome) >= 0) {
      // all of it
    }
    assertThat((int) welcome.get(4)).isEqualTo(FrameType.WELCOME.code());
    return raw;
  }

  @Test
  void noiseOfAnyKind() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 15; round++) {
      byte[] noise = new byte[1 + random.nextInt(100_000)];
      random.nextBytes(noise);
      noise[0] = 0x7f; // too long, so that none of it waits for more
      String answer = say(hello(), Unpooled.wrappedBuffer(noise));
      assertThat(answer).as("seed %d, round %d", seed, round).contains("protocol violation");
    }
  }

  @Test
  void aProcessThatDiesInTheMiddleOfAFrame() throws IOException {
    try (SocketChannel raw = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      raw.connect(UnixDomainSocketAddress.of(socket));
      raw.write(ByteBuffer.wrap(ByteBufUtil.getBytes(hello())));
      raw.write(ByteBuffer.wrap(new byte[] {0, 0, 1, 0, 2, 1, 1}));
    }
    await().until(() -> pipeline.said.contains("2 disconnected the speaker closed the channel"));
    assertThat(alarms).isEmpty();
  }

  @Test
  void aProcessOfAnotherUser() throws Exception {
    assumeTrue(new com.sun.security.auth.module.UnixSystem().getUid() == 0, "needs root");
    // Open to all in the file system, so that only the credentials are in the way.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    Process nobody =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                knock().toString(),
                socket.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String answer = new String(nobody.getInputStream().readAllBytes(), UTF_8);
    assertThat(nobody.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(answer).contains("user 65534 is neither root nor in group holdfast");
    assertThat(alarms)
        .singleElement()
        .asString()
        .contains("process " + nobody.pid() + " refused at the north channel");
    assertThat(pipeline.saidBy(2)).isEmpty();
  }

  /** A program that connects, and prints what it is told until it is hung up on. */
  private Path knock() throws IOException {
    return Files.writeString(
        folder.resolve("Knock.java"),
        """
        import java.net.*;
        import java.nio.*;
        import java.nio.channels.*;

        class Knock {
          public static void main(String[] arguments) throws Exception {
            try (var door = SocketChannel.open(StandardProtocolFamily.UNIX)) {
              door.connect(UnixDomainSocketAddress.of(arguments[0]));
              var in = ByteBuffer.allocate(4_096);
              while (door.read(in) >= 0) {}
              System.out.println(new String(in.array(), 0, in.position()));
            }
          }
        }
        """);
  }
}
