package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.failover.records.Armed;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer, one failoverd, one service; the disk is full, or the log is damaged. */
@Timeout(120)
class LogTroubleTest {
  private static final long EACH = 10L << 20;

  /** Where a segment file says how far it is written. */
  private static final int MARK_OFFSET = 56;

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  /** A disk of 48 MiB, gone with the rig. */
  private Path smallDisk() {
    Path disk = rig.workspace.folder("disk");
    Command.run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString());
    rig.with(() -> Command.run("umount", "-l", disk.toString()));
    return disk;
  }

  @Test
  void aFullDiskHoldsEverythingBackWithAnAlarmAndSpaceLetsItFlowOn() throws IOException {
    Path disk = smallDisk();
    Path ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[40 << 20]);
    Instance failoverd = rig.instance("a", Rig.PORT, "", disk.resolve("log")).start();
    PatternService service = rig.with(failoverd.service(Armed.OFF));
    rig.startCapture();
    PatternPeer bulk = rig.begin(Dialogue.both(1, EACH));

    await().until(() -> failoverd.status().path("log").path("status").asText().equals("FAILED"));
    await().until(() -> failoverd.alarmed("the log cannot write"));
    await().until(() -> failoverd.connection(bulk.port()).path("held").asInt() > 0);
    JsonNode committed = failoverd.connection(bulk.port());
    TcpDirection ours = Rig.of(rig.captured(), bulk.port()).from(Rig.US);
    assertThat(ours.highestAcknowledged())
        .isPositive()
        .isLessThanOrEqualTo(committed.path("committedReceived").asLong());
    assertThat(ours.highestSent())
        .isPositive()
        .isLessThanOrEqualTo(committed.path("committedSent").asLong());
    assertThat(bulk.read()).isLessThan(EACH);

    Files.delete(ballast);

    await().until(bulk::isComplete);
    assertThat(failoverd.status().path("log").path("status").asText()).isNotEqualTo("FAILED");
    assertThat(service.events).noneMatch(line -> line.startsWith("lost"));
    assertThat(Rig.of(rig.endCapture(), bulk.port()).from(Rig.US).contradictions()).isEmpty();
  }

  @Test
  void aSpeakerThatGoesOnTalkingIntoAFullDiskDoesNotBringDownFailoverd() throws IOException {
    Path disk = smallDisk();
    Path ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[40 << 20]);
    Instance failoverd = rig.instance("a", Rig.PORT, "", disk.resolve("log")).start();
    PatternService service = rig.with(failoverd.service(Armed.OFF));
    for (int i = 0; i < 80; i++) {
      service.run(to -> to.note(new byte[1 << 20]));
    }
    await().until(() -> failoverd.alarmed("does not keep up with the speaker"));
    assertThat(failoverd.process().isAlive()).isTrue();
    rig.with(() -> {});
    assertThat(failoverd.status().path("speaker").path("state").asText()).isEqualTo("absent");
  }

  // ---- damage ----

  private Instance withSomePast() {
    Instance failoverd = rig.instance("").start();
    PatternService service = rig.with(failoverd.service(Armed.OFF));
    PatternPeer peer = rig.begin(Dialogue.both(3, 200_000));
    await().until(peer::isComplete);
    service.close();
    peer.close();
    failoverd.process().signal(Signal.KILL);
    assertThat(failoverd.process().awaitEnd(Instance.LIMIT)).isTrue();
    return failoverd;
  }

  private Path segment() throws IOException {
    try (Stream<Path> files = Files.list(rig.log().resolve("segments"))) {
      return files.max(Comparator.naturalOrder()).orElseThrow();
    }
  }

  @Test
  void aTailThatIsNoWholeRecordIsCutWithAWarningAndTheRestIsUsed() throws IOException {
    Instance failoverd = withSomePast();
    Path segment = segment();
    int before = LogContent.read(rig.log()).size();
    try (FileChannel file =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer mark = ByteBuffer.allocate(4);
      file.read(mark, MARK_OFFSET);
      file.write(ByteBuffer.wrap(new byte[] {0, 0, 1, 0, 7, 7, 7}), mark.getInt(0));
    }

    failoverd.start();

    assertThat(Instance.output(failoverd.process())).contains("WARN").contains("cut");
    rig.with(failoverd.service(Armed.OFF));
    PatternPeer next = rig.begin(Dialogue.both(4, 200_000));
    await().until(next::isComplete);
    assertThat(LogContent.read(rig.log()).size()).isEqualTo(before + 1);
  }

  @Test
  void damageBeforeTheTailIsRefusedWithFileAndByte() throws IOException {
    Instance failoverd = withSomePast();
    Path segment = segment();
    try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {(byte) 0xAA, 0x55, (byte) 0xAA, 0x55}), 50_000);
    }
    String words = refusal(failoverd.launchProduct(List.of()));
    assertThat(words).contains(segment.getFileName().toString()).containsPattern("byte \\d+");
  }

  @Test
  void aLogThatAnotherOwnsIsRefused() {
    rig.instance("").start();
    Instance second = rig.instance("b", 9001, "queue: 180", rig.log());
    assertThat(refusal(second.launchProduct(List.of()))).contains(rig.log().toString());
  }

  /** One line for the operator, and status 1. */
  private static String refusal(LabProcess process) {
    assertThat(process.awaitEnd(Instance.LIMIT)).isTrue();
    List<String> words =
        Instance.output(process).lines().filter(line -> line.startsWith("failoverd: ")).toList();
    assertThat(words).as(Instance.output(process)).hasSize(1);
    assertThat(process.exitCode()).isEqualTo(1);
    return words.getFirst();
  }
}
