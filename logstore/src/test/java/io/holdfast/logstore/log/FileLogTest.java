package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogInUseException;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileLogTest {
  private static final FileLogOptions SMALL =
      FileLogOptions.defaults().withSegmentBytes(4096).withBufferBytes(4096);

  @TempDir Path directory;

  @Test
  void givesBackWhatWasAppendedAlsoAfterItWasOpenedAnew() throws Exception {
    Random random = new Random(1);
    List<Long> positions = new ArrayList<>();
    try (FileLog log = FileLog.open(directory, FileLogOptions.defaults())) {
      for (int i = 0; i < 2000; i++) {
        positions.add(Records.append(log, i, random.nextInt(3000)));
      }
      log.flush();
      assertThat(log.committed()).isEqualTo(log.appended()).isPositive();
      assertThat(Records.readFrom(log, 0, 65536)).isEqualTo(Records.numbers(0, 2000));
    }
    try (FileLog log = FileLog.open(directory, FileLogOptions.defaults())) {
      assertThat(Records.readFrom(log, 0, 65536)).isEqualTo(Records.numbers(0, 2000));
      assertThat(Records.readFrom(log, positions.get(1234), 4096))
          .isEqualTo(Records.numbers(1234, 2000));
      assertThat(log.startOfThisBoot()).isZero();
      assertThat(Records.append(log, 2000, 10)).isEqualTo(log.committed());
      log.flush();
      assertThat(Records.readFrom(log, positions.get(1999), 4096)).containsExactly(1999L, 2000L);
    }
    assertThat(Records.readOffline(directory)).isEqualTo(Records.numbers(0, 2001));
  }

  @Test
  void commitsNothingBeforeTheFlush() throws Exception {
    try (FileLog log = FileLog.open(directory, SMALL)) {
      List<Long> committed = new ArrayList<>();
      log.onCommit(committed::add);
      for (int i = 0; i < 50; i++) {
        Records.append(log, i, 1000);
      }
      assertThat(log.committed()).isZero();
      assertThat(log.uncommitted()).isEqualTo(50 * 1036);
      try (LogReader reader = log.reader(0)) {
        assertThat(reader.read(ByteBuffer.allocateDirect(65536))).isZero();
      }
      log.flush();
      log.flush();
      assertThat(committed).containsExactly(50L * 1036);
      assertThat(log.uncommitted()).isZero();
    }
  }

  @Test
  void takesThePayloadFromTheGivenRangeAndLeavesTheBufferAlone() throws Exception {
    ByteBuffer payload = ByteBuffer.allocateDirect(100);
    for (int i = 0; i < 100; i++) {
      payload.put(i, (byte) i);
    }
    payload.position(10).limit(20);
    try (FileLog log = FileLog.open(directory, SMALL)) {
      log.append(RecordKind.SENT, 3, 5, 6, 7, payload, 50, 40);
      assertThat(payload.position()).isEqualTo(10);
      assertThat(payload.limit()).isEqualTo(20);
      assertThatThrownBy(() -> log.append(RecordKind.SENT, 1, 0, 0, 0, payload, 90, 11))
          .isInstanceOf(IndexOutOfBoundsException.class);
      log.flush();
      ByteBuffer into = ByteBuffer.allocateDirect(100);
      log.reader(0).read(into);
      RecordFlyweight record = new RecordFlyweight().wrap(into, 0);
      assertThat(record.intact()).isTrue();
      assertThat(record.kindCode()).isEqualTo(RecordKind.SENT.code());
      assertThat(record.version()).isEqualTo(3);
      assertThat(into.slice(36, 40)).isEqualTo(payload.clear().slice(50, 40));
    }
  }

  @Test
  void keepsEveryRecordWholeInOneSegment() throws Exception {
    try (FileLog log = FileLog.open(directory, SMALL)) {
      for (int i = 0; i < 200; i++) {
        Records.append(log, i, 700 + i);
        if (i % 7 == 0) {
          log.flush();
        }
      }
      log.flush();
      assertThat(Records.readFrom(log, 0, 1500)).isEqualTo(Records.numbers(0, 200));
    }
    List<Path> files = Segment.filesIn(directory);
    assertThat(files.size()).isGreaterThan(40);
    for (Path file : files) {
      assertThat(Files.size(file)).isLessThanOrEqualTo(4096 + SegmentHeader.LENGTH);
      try (SegmentScanner scanner = new SegmentScanner(file)) {
        SegmentScanner.Found found = scanner.next();
        while (found == SegmentScanner.Found.RECORD) {
          found = scanner.next();
        }
        assertThat(found).isEqualTo(SegmentScanner.Found.END);
      }
    }
    try (FileLog log = FileLog.open(directory, SMALL)) {
      assertThat(Records.readFrom(log, 0, 1500)).isEqualTo(Records.numbers(0, 200));
    }
  }

  @Test
  void storesARecordThatIsLargerThanBufferAndSegment() throws Exception {
    int most = RecordFlyweight.MAX_LENGTH - RecordFlyweight.HEADER_LENGTH;
    try (FileLog log = FileLog.open(directory, SMALL)) {
      Records.append(log, 0, 10);
      Records.append(log, 1, 100_000);
      Records.append(log, 2, most);
      Records.append(log, 3, 0);
      assertThatThrownBy(() -> Records.append(log, 4, most + 1))
          .isInstanceOf(IllegalArgumentException.class);
      log.flush();
      assertThat(Records.readFrom(log, 0, 1024)).containsExactly(0L, 1L, 2L, 3L);
    }
    assertThat(Records.readOffline(directory)).containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void tellsAReaderHowLargeTheNextRecordIs() throws Exception {
    try (FileLog log = FileLog.open(directory, SMALL);
        LogReader reader = log.reader(0)) {
      Records.append(log, 0, 64);
      Records.append(log, 1, 500);
      log.flush();
      ByteBuffer into = ByteBuffer.allocateDirect(300).limit(200);
      assertThat(reader.read(into)).isEqualTo(100);
      assertThat(reader.read(into)).isEqualTo(-536);
      assertThat(reader.read(into.limit(103))).isEqualTo(-536);
      assertThat(into.position()).isEqualTo(100);
      assertThat(reader.position()).isEqualTo(100);
    }
  }

  @Test
  void dropsWholeSegmentsBeforeThePositionAndNeverTheLast() throws Exception {
    try (FileLog log = FileLog.open(directory, SMALL)) {
      List<Long> positions = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        positions.add(Records.append(log, i, 964));
      }
      LogReader slow = log.reader(0);
      log.trim(positions.get(50));
      assertThat(log.first()).as("nothing is dropped before it is committed").isZero();
      log.flush();
      ByteBuffer one = ByteBuffer.allocateDirect(1000);
      assertThat(slow.read(one)).isEqualTo(1000);

      log.trim(positions.get(50));
      assertThat(log.first()).isEqualTo(48_000);
      assertThat(Records.readFrom(log, log.first(), 4096)).isEqualTo(Records.numbers(48, 100));
      assertThatThrownBy(() -> log.reader(0)).isInstanceOf(LogTrimmedException.class);
      for (int i = 0; i < 3; i++) {
        assertThat(slow.read(one.clear())).as("a file that was open").isEqualTo(1000);
      }
      assertThatThrownBy(() -> slow.read(one.clear()))
          .isInstanceOf(LogTrimmedException.class)
          .hasMessageContaining("4000")
          .hasMessageContaining("48000");
      slow.close();

      log.trim(Long.MAX_VALUE);
      assertThat(Segment.filesIn(directory)).hasSize(1);
    }
    try (FileLog log = FileLog.open(directory, SMALL)) {
      assertThat(log.first()).isEqualTo(96_000);
      assertThat(log.appended()).isEqualTo(100_000);
      assertThat(Records.readFrom(log, log.first(), 4096)).isEqualTo(Records.numbers(96, 100));
    }
    assertThat(Records.readOffline(directory)).isEqualTo(Records.numbers(96, 100));
  }

  @Test
  void aReaderFollowsLiveAppendsOnAnotherThread() throws Exception {
    int count = 20_000;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Long> numbers = new ArrayList<>();
    try (FileLog log = FileLog.open(directory, SMALL.withSegmentBytes(100_000))) {
      Thread follower =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (LogReader reader = log.reader(0)) {
                      ByteBuffer buffer = ByteBuffer.allocateDirect(8192);
                      while (numbers.size() < count && !Thread.currentThread().isInterrupted()) {
                        Records.readInto(reader, buffer, numbers);
                        Thread.onSpinWait();
                      }
                    } catch (Throwable e) {
                      failure.set(e);
                    }
                  });
      Random random = new Random(2);
      for (int i = 0; i < count; i++) {
        Records.append(log, i, random.nextInt(400));
        if (random.nextInt(10) == 0) {
          log.flush();
        }
      }
      log.flush();
      follower.join(30_000);
      follower.interrupt();
      follower.join();
    }
    assertThat(failure.get()).isNull();
    assertThat(numbers).isEqualTo(Records.numbers(0, count));
  }

  @Test
  void anInterruptOfTheAppendingThreadLosesNothing() throws Exception {
    try (FileLog log = FileLog.open(directory, SMALL)) {
      for (int i = 0; i < 100; i++) {
        Thread.currentThread().interrupt();
        Records.append(log, i, 500);
        log.flush();
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(log.status()).isEqualTo(Log.Status.OK);
      assertThat(Records.readFrom(log, 0, 4096)).isEqualTo(Records.numbers(0, 100));
    }
  }

  @Test
  void refusesASecondOwnerInTheSameProcess() throws Exception {
    try (FileLog log = FileLog.open(directory, SMALL)) {
      assertThatThrownBy(
              () -> FileLog.open(directory.resolve("../" + directory.getFileName()), SMALL))
          .isInstanceOf(LogInUseException.class)
          .hasMessageContaining(directory.toRealPath().toString())
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
      Records.append(log, 0, 1);
    }
    FileLog.open(directory, SMALL).close();
  }

  @Test
  void refusesToAppendWhenClosed() throws Exception {
    FileLog log = FileLog.open(directory, SMALL);
    log.close();
    log.close();
    log.flush();
    assertThatThrownBy(() -> Records.append(log, 0, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anOfflineReaderGoesOnWithWhatWasWrittenSince() throws Exception {
    try (FileLog log = FileLog.open(directory, SMALL);
        FileLogScan offline = FileLogScan.open(directory)) {
      assertThat(offline.next()).isFalse();
      for (int i = 0; i < 100; i++) {
        Records.append(log, i, 600);
        log.flush();
        assertThat(offline.next()).isTrue();
        assertThat(Records.check(offline.record())).isEqualTo(i);
        assertThat(offline.position()).isEqualTo(i * 636L);
        assertThat(offline.next()).isFalse();
        assertThat(offline.tail()).isEmpty();
      }
      Records.append(log, 100, 600);
      log.flush();
      Records.append(log, 101, 3000);
      Records.append(log, 102, 3000);
      log.flush();
      log.trim(log.committed());
      assertThat(offline.next()).as("its file was open").isTrue();
      assertThatThrownBy(offline::next).isInstanceOf(LogTrimmedException.class);
    }
  }
}
