package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class RecoveryTest {
  private static final int RECORD = 100;
  private static final int PAYLOAD = RECORD - 36;
  private static final FileLogOptions OPTIONS =
      FileLogOptions.defaults().withSegmentBytes(10 * RECORD + 30).withBufferBytes(4096);

  @TempDir Path directory;

  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(FileLog.class);

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
  }

  @AfterEach
  void silence() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
  }

  private List<String> warnings() {
    return lines.list.stream()
        .filter(line -> line.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  /** Three segments: records 0 to 9, 10 to 19, 20 to 24. */
  private void writeTwentyFive() throws IOException {
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      for (int i = 0; i < 25; i++) {
        Records.append(log, i, PAYLOAD);
      }
    }
  }

  private Path segment(int index) throws IOException {
    return Segment.filesIn(directory).get(index);
  }

  private static void put(Path file, long offset, byte... bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  private static void flip(Path file, int offset, int bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    put(file, offset, (byte) (bytes[offset] ^ 1 << bit));
  }

  private static void truncate(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }

  private void expectRecords(int count) throws IOException {
    assertThat(Records.readOffline(directory)).isEqualTo(Records.numbers(0, count));
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      assertThat(log.committed()).isEqualTo((long) count * RECORD);
      assertThat(Records.readFrom(log, 0, 4096)).isEqualTo(Records.numbers(0, count));
      Records.append(log, count, PAYLOAD);
      log.flush();
      assertThat(Records.readFrom(log, 0, 4096)).isEqualTo(Records.numbers(0, count + 1));
    }
  }

  private void expectRefused(Path file, long offset, String found) {
    assertThatThrownBy(() -> FileLog.open(directory, OPTIONS))
        .isInstanceOfSatisfying(
            LogCorruptException.class,
            e -> {
              assertThat(e.file()).isEqualTo(file);
              assertThat(e.offset()).isEqualTo(offset);
              assertThat(e)
                  .hasMessageContaining(file.toString())
                  .hasMessageContaining("byte " + offset)
                  .hasMessageContaining(found);
            });
  }

  @Test
  void keepsWhatIsBeforeATailThatWasCutAtAnyByte() throws Exception {
    writeTwentyFive();
    Path last = segment(2);
    byte[] whole = Files.readAllBytes(last);
    for (int length = whole.length - 3 * RECORD; length <= whole.length; length++) {
      Files.write(last, whole);
      truncate(last, length);
      lines.list.clear();
      int records = 20 + (length - SegmentHeader.LENGTH) / RECORD;
      int torn = (length - SegmentHeader.LENGTH) % RECORD;
      expectRecords(records);
      if (torn == 0) {
        assertThat(warnings()).isEmpty();
      } else {
        assertThat(warnings())
            .singleElement()
            .asString()
            .contains(last.toString(), "position " + records * RECORD, torn + " bytes cut");
      }
    }
  }

  @Test
  void keepsThePositionWhenAllOfTheLastSegmentWasTornOff() throws Exception {
    for (int length = 0; length <= SegmentHeader.LENGTH + 50; length++) {
      writeTwentyFive();
      truncate(segment(2), length);
      expectRecords(20);
      for (Path file : Segment.filesIn(directory)) {
        Files.delete(file);
      }
    }
  }

  @Test
  void neverUsesAPositionAgainThoughTheOnlySegmentIsTornOff() throws Exception {
    writeTwentyFive();
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      log.trim(2000);
    }
    truncate(segment(0), 10);
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      assertThat(log.first()).isEqualTo(2000);
      assertThat(Records.append(log, 20, PAYLOAD)).isEqualTo(2000);
    }
    assertThat(Records.readOffline(directory)).containsExactly(20L);
  }

  @Test
  void cutsATailOfZeros() throws Exception {
    writeTwentyFive();
    Path last = segment(2);
    put(last, Files.size(last) - 30, new byte[5000]);
    expectRecords(24);
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void cutsTheLastRecordWhereAnyOfItsBitsIsFlipped() throws Exception {
    writeTwentyFive();
    Path last = segment(2);
    byte[] whole = Files.readAllBytes(last);
    for (int at = whole.length - RECORD; at < whole.length; at++) {
      Files.write(last, whole);
      flip(last, at, at % 8);
      expectRecords(24);
    }
  }

  @Test
  void refusesAFlippedBitBeforeTheTail() throws Exception {
    writeTwentyFive();
    Path last = segment(2);
    byte[] whole = Files.readAllBytes(last);
    int start = SegmentHeader.LENGTH + 2 * RECORD;
    for (int at = start; at < start + RECORD; at++) {
      for (int bit = 0; bit < 8; bit++) {
        Files.write(last, whole);
        flip(last, at, bit);
        expectRefused(last, start, "intact records follow from byte " + (start + RECORD));
      }
    }
    assertThat(Files.size(last)).as("nothing was cut").isEqualTo(whole.length);
    assertThatThrownBy(() -> Records.readOffline(directory))
        .isInstanceOf(LogCorruptException.class)
        .hasMessageContaining("byte " + start);
  }

  @Test
  void refusesAFlippedBitOfAnEarlierSegmentWhenItIsRead() throws Exception {
    writeTwentyFive();
    flip(segment(1), SegmentHeader.LENGTH + 3 * RECORD + 50, 0);
    long offset = SegmentHeader.LENGTH + 3 * RECORD;
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      assertThatThrownBy(() -> Records.readFrom(log, 0, 4096))
          .isInstanceOf(LogCorruptException.class)
          .hasMessageContaining(segment(1).toString())
          .hasMessageContaining("byte " + offset);
      assertThat(Records.readFrom(log, 1400, 4096)).isEqualTo(Records.numbers(14, 25));
    }
    assertThatThrownBy(() -> Records.readOffline(directory))
        .isInstanceOf(LogCorruptException.class)
        .hasMessageContaining("byte " + offset);
  }

  @Test
  void refusesAnEarlierSegmentThatEndsTooSoonOrTooLate() throws Exception {
    writeTwentyFive();
    Path second = segment(1);
    long size = Files.size(second);
    truncate(second, size - 1);
    expectRefused(second, size - 1, "the next file is " + segment(2).getFileName());
    put(second, size - 1, new byte[2]);
    expectRefused(second, size + 1, "the next file is " + segment(2).getFileName());
  }

  @Test
  void refusesRecordsBehindAHeaderOfZeros() throws Exception {
    writeTwentyFive();
    truncate(segment(2), SegmentHeader.LENGTH + RECORD);
    put(segment(2), 0, new byte[SegmentHeader.LENGTH]);
    expectRefused(segment(2), 0, "intact records follow from byte 64");
  }

  @Test
  void refusesAGapBetweenSegments() throws Exception {
    writeTwentyFive();
    Path first = segment(0);
    Files.delete(segment(1));
    expectRefused(first, Files.size(first), "position 1000");
  }

  @Test
  void refusesForeignHeadersNewerVersionsAndRenamedFiles() throws Exception {
    writeTwentyFive();
    for (int index : new int[] {1, 2}) {
      Path file = segment(index);
      byte[] whole = Files.readAllBytes(file);
      put(file, 0, "#!/bin/sh".getBytes(StandardCharsets.US_ASCII));
      expectRefused(file, 0, "foreign");
      Files.write(file, whole);
      put(file, 11, (byte) 2);
      expectRefused(file, 8, "format version 2");
      Files.write(file, whole);
      flip(file, 30, 3);
      expectRefused(file, 40, "checksum");
      Files.write(file, whole);
    }
    Path renamed = directory.resolve("notes.log");
    Files.move(segment(0), renamed);
    expectRefused(renamed, 0, "name");
    Path other = directory.resolve("0000000000000001.log");
    Files.move(renamed, other);
    expectRefused(other, 16, "renamed");
  }

  /** The first 150 bytes of a record of 400, whose payload reads as an intact record. */
  private static byte[] tornRecordAroundAnIntactOne() {
    ByteBuffer bytes = ByteBuffer.allocate(400);
    new RecordFlyweight()
        .wrap(bytes, 50)
        .header(RecordKind.RECEIVED, 1, Records.TIME, 7, 7, 64)
        .seal();
    new RecordFlyweight()
        .wrap(bytes, 0)
        .header(RecordKind.RECEIVED, 1, Records.TIME, 1, 1, 364)
        .seal();
    return Arrays.copyOf(bytes.array(), 150);
  }

  @Test
  void isNotMisledByAPeerWhoseBytesReadAsRecords() throws Exception {
    writeTwentyFive();
    Path last = segment(2);
    put(last, Files.size(last), tornRecordAroundAnIntactOne());
    expectRecords(25);
    assertThat(warnings()).singleElement().asString().contains("position 2500", "150 bytes cut");
  }

  @Test
  void provesNothingByTheMarkOfAnotherBoot() throws Exception {
    try (FileLog log = FileLog.open(directory, OPTIONS, new FakeMachine(UUID.randomUUID()))) {
      Records.append(log, 0, PAYLOAD);
    }
    put(segment(0), Files.size(segment(0)), tornRecordAroundAnIntactOne());
    expectRefused(segment(0), SegmentHeader.LENGTH + RECORD, "intact records follow");
  }

  @Test
  void tellsWhatWasWrittenUnderAnotherBoot() throws Exception {
    UUID before = UUID.randomUUID();
    UUID now = UUID.randomUUID();
    try (FileLog log = FileLog.open(directory, OPTIONS, new FakeMachine(before))) {
      for (int i = 0; i < 3; i++) {
        Records.append(log, i, PAYLOAD);
      }
      assertThat(log.startOfThisBoot()).isZero();
    }
    try (FileLog log = FileLog.open(directory, OPTIONS, new FakeMachine(now))) {
      assertThat(log.startOfThisBoot()).isEqualTo(300);
      for (int i = 3; i < 20; i++) {
        Records.append(log, i, PAYLOAD);
      }
      assertThat(log.startOfThisBoot()).isEqualTo(300);
    }
    try (FileLog log = FileLog.open(directory, OPTIONS, new FakeMachine(now))) {
      assertThat(log.startOfThisBoot()).isEqualTo(300);
      assertThat(Records.readFrom(log, 0, 4096)).isEqualTo(Records.numbers(0, 20));
    }
    try (FileLog log = FileLog.open(directory, OPTIONS, new FakeMachine(before))) {
      assertThat(log.startOfThisBoot()).isEqualTo(2000);
    }
  }
}
