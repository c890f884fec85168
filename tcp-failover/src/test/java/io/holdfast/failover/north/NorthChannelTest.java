package io.holdfast.failover.north;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NorthChannelTest {
  private static final int ALL = Integer.MAX_VALUE / 4;

  @TempDir Path folder;
  private final HandMadePipeline pipeline = new HandMadePipeline();
  private final Queue<String> alarms = new ConcurrentLinkedQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private MemoryLog log;
  private NorthServer server;
  private Path socket;

  @BeforeEach
  void start() throws IOException {
    socket = folder.resolve("run").resolve("north.sock");
    log = new MemoryLog(64 << 20);
    server = NorthServer.open(socket, log, pipeline, Admission.standard(), alarms::add);
    welcomeEach();
  }

  @AfterEach
  void stop() throws Exception {
    pipeline.outputGate.countDown();
    for (AutoCloseable each : open) {
      each.close();
    }
    server.close();
    assertThat(socket).doesNotExist();
  }

  private void welcomeEach() {
    pipeline.onAttach =
        channel -> server.welcome(channel, channel, MemoryLog.FIRST, log.appended());
  }

  private FoldingSpeaker speaker(String build, int mayFold) {
    FoldingSpeaker speaker = new FoldingSpeaker(socket, build, mayFold);
    open.add(speaker);
    return speaker;
  }

  private long put(int length) {
    long position = log.put(1, 0, new byte[length]);
    server.committed(log.committed());
    return position;
  }

  @Test
  void makesItsSocketForTheGroupOnly() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-rw----");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void replacesAStaleSocketAndKeepsWhatIsNone() throws IOException {
    NorthServer second = NorthServer.open(socket, log, pipeline, Admission.standard(), alarms::add);
    server.close();
    assertThat(socket).exists(); // it is the second one's now
    second.close();
    assertThat(socket).doesNotExist();
    Files.writeString(socket, "precious");
    assertThatThrownBy(
            () -> NorthServer.open(socket, log, pipeline, Admission.standard(), alarms::add))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a socket");
    Files.delete(socket);
  }

  @Test
  void playsTheLogAndGoesOnLiveInOrderWithoutAGap() {
    Random random = new Random(1);
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      expected.add(put(random.nextInt(4_000)));
    }
    FoldingSpeaker speaker = speaker("a", ALL);
    for (int i = 0; i < 8_000; i++) {
      expected.add(put(random.nextInt(400)));
    }
    await().until(() -> speaker.positions.size() >= expected.size());
    assertThat(speaker.positions).containsExactlyElementsOf(expected);
    await().until(() -> pipeline.folded.getOrDefault(1L, 0L) == log.committed());
    assertThat(server.delivered(1)).isEqualTo(log.committed());
    assertThat(alarms).isEmpty();
  }

  @Test
  void deliversARecordThatIsLongerThanABatch() {
    long position = put(NorthCodec.MAX_NOTE);
    FoldingSpeaker speaker = speaker("a", ALL);
    await().until(() -> speaker.positions.contains(position));
    long next = put(1);
    await().until(() -> speaker.positions.contains(next));
  }

  @Test
  void givesASpeakerThatDoesNotFoldSixteenMebibytesAndNoMore() throws Exception {
    for (int i = 0; i < 400; i++) {
      put(100_000);
    }
    try (RawSpeaker raw = new RawSpeaker(socket)) {
      long window = MemoryLog.FIRST + Delivery.WINDOW;
      await().until(() -> server.delivered(1) > window - 200_000);
      await().until(() -> raw.received() > server.delivered(1) - MemoryLog.FIRST);
      await().during(Duration.ofMillis(500)).until(() -> server.delivered(1) <= window);
      long folded = server.delivered(1);
      raw.say(NorthCodec.folded(ByteBufAllocator.DEFAULT, folded, false));
      await().until(() -> server.delivered(1) > folded + Delivery.WINDOW - 200_000);
      assertThat(server.delivered(1)).isLessThanOrEqualTo(folded + Delivery.WINDOW);
      raw.say(NorthCodec.folded(ByteBufAllocator.DEFAULT, server.delivered(1), false));
      await().until(() -> server.delivered(1) == log.committed());
    }
    assertThat(alarms).isEmpty();
  }

  @Test
  void saysThatItIsActiveAsSoonAsItHasFoldedItsOwnRecord() {
    put(10);
    FoldingSpeaker speaker = speaker("a", ALL);
    await().until(() -> Boolean.FALSE.equals(pipeline.active.get(1L)));
    long own = put(10);
    assertThat(own).isEqualTo(speaker.attachedAt);
    await().until(() -> Boolean.TRUE.equals(pipeline.active.get(1L)));
    assertThat(pipeline.folded.get(1L)).isEqualTo(log.committed());
  }

  @Test
  void beatsWhileIdleAndFallsSilentWhenACallbackHangs() {
    FoldingSpeaker speaker = speaker("a", 0);
    await().until(() -> pipeline.beats.get() >= 5);
    put(10);
    await().until(() -> speaker.mayFold.hasQueuedThreads());
    long before = pipeline.beats.get();
    await()
        .during(Duration.ofMillis(800))
        .atMost(Duration.ofSeconds(5))
        .until(() -> pipeline.beats.get() <= before + 1);
    speaker.mayFold.release();
    await().until(() -> pipeline.beats.get() > before + 3);
  }

  @Test
  void beatsDuringALongReplay() {
    for (int i = 0; i < 3_000; i++) {
      put(50);
    }
    FoldingSpeaker speaker = speaker("a", 0);
    await().until(() -> speaker.mayFold.hasQueuedThreads());
    long start = System.nanoTime();
    // One frame of 3,000 records, a few milliseconds each: the loop does not come round.
    while (speaker.positions.size() < 300) {
      speaker.mayFold.release();
      LockSupport.parkNanos(2_000_000);
    }
    assertThat(System.nanoTime() - start).isGreaterThan(500_000_000L);
    assertThat(pipeline.beats.get()).isBetween(3L, 100L);
    assertThat(pipeline.folded.get(1L)).isGreaterThan(MemoryLog.FIRST);
  }

  @Test
  void handsOnWhatTheSpeakerSays() throws IOException {
    FoldingSpeaker speaker = speaker("build 7", ALL);
    await().until(() -> !speaker.told.isEmpty());
    Endpoint peer = Endpoint.of(InetAddress.getByName("10.77.0.1"), 179);
    speaker.say(
        client -> {
          client.send(5, Unpooled.wrappedBuffer(new byte[] {1, 2}), false);
          client.send(new long[] {5, 6, 7}, Unpooled.wrappedBuffer(new byte[] {3}), true);
          client.connect(9, peer, wildcard(), 255);
          client.close(5, CloseMode.ABORT);
          client.arm(6, Armed.OFF);
          client.note(new byte[] {10, 11});
        });
    await().until(() -> pipeline.said.size() == 9);
    assertThat(pipeline.said)
        .containsExactly(
            "1 hello test build 7 " + ProcessHandle.current().pid(),
            "1 register ServiceSpec[name=test, port=179, peers=[]]",
            "1 attach",
            "1 output 1 last=false [5] 0102",
            "1 output 2 last=true [5, 6, 7] 03",
            "1 connect 9 10.77.0.1:179 /0.0.0.0 255",
            "1 close 5 ABORT",
            "1 arm 6 Armed[off]",
            "1 note 0a0b");
  }

  private static InetAddress wildcard() {
    return new InetSocketAddress("0.0.0.0", 0).getAddress();
  }

  @Test
  void tellsTheSpeakerItsCreditAndWhatFailed() {
    pipeline.onAttach =
        channel -> {
          server.credit(channel, 5, 100); // before the welcome: kept for it
          server.welcome(channel, 1, MemoryLog.FIRST, MemoryLog.FIRST);
        };
    FoldingSpeaker speaker = speaker("a", ALL);
    await().until(() -> speaker.told.contains("credit 5 100 = 100"));
    server.credit(1, 5, 200);
    server.connectFailed(1, 9, "no route");
    await().until(() -> speaker.told.contains("connectFailed 9 no route"));
    await().until(() -> speaker.told.contains("credit 5 200 = 200"));
    assertThat(speaker.told.peek()).startsWith("welcome 1 ");
  }

  @Test
  void dropsWhatComesBehindAFenceAndLetsTheSpeakerAttachAnew() throws InterruptedException {
    pipeline.outputGate = new CountDownLatch(1);
    FoldingSpeaker speaker = speaker("a", ALL);
    await().until(() -> !speaker.told.isEmpty());
    speaker.say(
        client -> {
          for (int i = 0; i < 50; i++) {
            client.send(5, Unpooled.wrappedBuffer(new byte[] {1}), false);
          }
        });
    assertThat(pipeline.outputWaits.await(10, TimeUnit.SECONDS)).isTrue();
    server.fence(1, "too slow"); // while the first output waits for room in the ring
    pipeline.outputGate.countDown();
    await().until(() -> pipeline.said.contains("1 disconnected too slow"));
    assertThat(pipeline.saidBy(1)).filteredOn(line -> line.contains(" output ")).hasSize(1);
    await().until(() -> pipeline.said.contains("2 attach"));
    await().until(() -> speaker.told.stream().filter(t -> t.startsWith("welcome")).count() == 2);
    assertThat(speaker.told).anyMatch(line -> line.startsWith("lost"));
    speaker.say(client -> client.send(5, Unpooled.wrappedBuffer(new byte[] {9}), false));
    await().until(() -> pipeline.said.contains("2 output 1 last=false [5] 09"));
  }

  @Test
  void servesTwoSpeakersSideBySide() {
    put(1_000);
    FoldingSpeaker one = speaker("one", ALL);
    await().until(() -> !one.positions.isEmpty());
    FoldingSpeaker two = speaker("two", ALL);
    for (int i = 0; i < 1_000; i++) {
      put(500);
    }
    await().until(() -> one.positions.size() == 1_001 && two.positions.size() == 1_001);
    assertThat(two.positions).containsExactlyElementsOf(one.positions);
    server.fence(1, "one only");
    await().until(() -> pipeline.said.contains("1 disconnected one only"));
    long next = put(1);
    await().until(() -> two.positions.contains(next));
    assertThat(pipeline.saidBy(2)).noneMatch(line -> line.contains("disconnected"));
  }

  @Test
  void tellsASpeakerWhyItIsRefusedAndHearsNoMoreOfIt() {
    pipeline.onAttach = channel -> server.refuse(channel, "another is attached");
    FoldingSpeaker speaker = speaker("a", ALL);
    await().until(() -> speaker.told.contains("refused another is attached"));
    await()
        .during(Duration.ofMillis(500))
        .until(() -> pipeline.said.stream().filter(line -> line.contains("hello")).count() == 1);
    assertThat(pipeline.said).contains("1 disconnected another is attached");
  }

  @Test
  void losesAChannelOverAWrongChecksum() {
    long position = put(100);
    log.spoil(position + 40);
    FoldingSpeaker speaker = speaker("a", ALL);
    await()
        .until(
            () ->
                speaker.told.stream()
                    .anyMatch(line -> line.contains("lost") && line.contains("checksum")));
    assertThat(speaker.positions).isEmpty();
    log.spoil(position + 40);
    await().until(() -> speaker.positions.contains(position));
  }

  @Test
  void waitsForAFailoverdThatIsNotThereYetAndAttachesAnewWhenItComesBack() throws IOException {
    server.close();
    FoldingSpeaker speaker = speaker("a", ALL);
    await().during(Duration.ofMillis(300)).until(() -> speaker.told.isEmpty());
    server = NorthServer.open(socket, log, pipeline, Admission.standard(), alarms::add);
    welcomeEach();
    await().until(() -> speaker.told.size() == 1);
    server.close();
    await().until(() -> speaker.told.stream().anyMatch(line -> line.startsWith("lost")));
    server = NorthServer.open(socket, log, pipeline, Admission.standard(), alarms::add);
    await().until(() -> speaker.told.stream().filter(t -> t.startsWith("welcome")).count() == 2);
  }

  @Test
  void turnsAwayWhoHasNotTheRight() throws IOException {
    server.close();
    server = NorthServer.open(socket, log, pipeline, (uid, gid) -> false, alarms::add);
    FoldingSpeaker speaker = speaker("a", ALL);
    await().until(() -> speaker.told.stream().anyMatch(line -> line.startsWith("refused")));
    assertThat(speaker.told.peek()).contains("neither root nor in group holdfast");
    assertThat(alarms.peek()).contains("process " + ProcessHandle.current().pid());
    assertThat(pipeline.said).isEmpty();
  }

  @Test
  void staysWellWhenThePipelineThrows() {
    pipeline.onAttach =
        channel -> {
          if (channel == 1) {
            throw new IllegalStateException("halted");
          }
          server.welcome(channel, channel, MemoryLog.FIRST, MemoryLog.FIRST);
        };
    FoldingSpeaker speaker = speaker("a", ALL);
    await().until(() -> speaker.told.stream().anyMatch(line -> line.startsWith("welcome 2")));
    assertThat(alarms.peek()).contains("halted");
  }
}
