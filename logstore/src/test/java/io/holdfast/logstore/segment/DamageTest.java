package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.logstore.log.OfflineLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Files that crashes, disks and people have changed. */
@Timeout(120)
class DamageTest {
  private static final int RECORD = 100;
  private static final int ENTRY = EntryHeader.LENGTH + RECORD;

  /** Room for ten entries. */
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults()
          .withSegmentBytes(SegmentHeader.LENGTH + 10 * ENTRY + 30)
          .withPreallocate(false);

  @TempDir Path directory;

  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(SegmentStore.class);

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

  /** Three segments: entries 1 to 10, 11 to 20, 21 to 25. */
  private void writeTwentyFive(StoreOptions options) throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      for (int i = 0; i < 25; i++) {
        Entries.append(store, RECORD);
      }
    }
  }

  private Path segment(int index) throws IOException {
    return Entries.files(directory).get(index);
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

  /** As if the last writes of a killed owner had not come so far. */
  private static void mark(Path file, int offset) throws IOException {
    try (DiskFile open = Disk.real().open(file)) {
      SegmentHeader.mark(open, offset);
    }
  }

  private static int offsetOf(int entry) {
    return SegmentHeader.LENGTH + entry * ENTRY;
  }

  private List<Long> readOffline() throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (OfflineLog log = OfflineLog.open(directory)) {
      while (log.next()) {
        numbers.add(log.record().stream());
        assertThat(log.index()).isEqualTo(log.record().stream());
        assertThat(log.position()).isEqualTo((log.index() - 1) * RECORD);
      }
    }
    return numbers;
  }

  private void expectEntries(int count) throws Exception {
    assertThat(readOffline()).isEqualTo(Entries.numbers(1, count + 1));
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      assertThat(store.lastIndex()).isEqualTo(count);
      Entries.append(store, RECORD);
      assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, count + 2));
      assertThat(Entries.read(store, 0, 1000)).isEqualTo(Entries.numbers(1, count + 2));
    }
  }

  private static void expectNamed(ThrowingCallable call, Path file, long offset, String found) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LogCorruptException.class,
            e -> {
              assertThat(e.file()).isEqualTo(file);
              assertThat(e.offset()).as(e.getMessage()).isEqualTo(offset);
              assertThat(e)
                  .hasMessageContaining(file.toString())
                  .hasMessageContaining("byte " + offset)
                  .hasMessageContaining(found);
            });
  }

  private void expectRefused(Path file, long offset, String found) {
    expectNamed(() -> SegmentStore.open(directory, OPTIONS).close(), file, offset, found);
  }

  @Test
  void cutsATornTailAtEveryByteOfTheLastEntry() throws Exception {
    writeTwentyFive(OPTIONS);
    Path last = segment(2);
    byte[] whole = Files.readAllBytes(last);
    for (int length = whole.length - ENTRY; length < whole.length; length++) {
      for (boolean zeros : new boolean[] {false, true}) {
        Files.write(last, whole);
        mark(last, whole.length - ENTRY);
        if (zeros) {
          put(last, length, new byte[whole.length - length + 5000]);
        } else {
          truncate(last, length);
        }
        lines.list.clear();
        expectEntries(24);
        if (length == whole.length - ENTRY) {
          assertThat(warnings()).isEmpty();
        } else {
          assertThat(warnings())
              .singleElement()
              .asString()
              .contains(last.toString(), "index 25", "byte " + (whole.length - ENTRY));
        }
      }
    }
  }

  @Test
  void neverFindsAgainWhatStoodBehindATornEntry() throws Exception {
    writeTwentyFive(OPTIONS);
    Path last = segment(2);
    mark(last, offsetOf(2));
    flip(last, offsetOf(2) + 50, 1);
    // Entries 24 and 25 are whole, and an entry of the same length will stand in front of them.
    expectEntries(22);
    assertThat(Files.size(last)).isEqualTo(offsetOf(3));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesAFlippedBitAnywhereInTheLastFile(boolean sync) throws Exception {
    writeTwentyFive(OPTIONS.withSync(sync));
    Path last = segment(2);
    byte[] whole = Files.readAllBytes(last);
    for (int at = 0; at < whole.length; at += at < 300 ? 1 : 7) {
      Files.write(last, whole);
      flip(last, at, at % 8);
      if (at < 8) {
        expectRefused(last, 0, "foreign");
      } else if (at < 12) {
        expectRefused(last, 8, "format version");
      } else if (at < SegmentHeader.MARK_OFFSET) {
        expectRefused(last, 52, "checksum");
      } else if (at < SegmentHeader.LENGTH) {
        expectRefused(last, SegmentHeader.MARK_OFFSET, "mark");
      } else {
        int entry = (at - SegmentHeader.LENGTH) / ENTRY;
        expectRefused(last, offsetOf(entry), "an entry");
        assertThatThrownBy(this::readOffline).isInstanceOf(LogCorruptException.class);
      }
      assertThat(Files.size(last)).as("nothing is cut").isEqualTo(whole.length);
    }
  }

  @Test
  void namesAndNeverServesAFlippedBitOfAnEarlierFile() throws Exception {
    writeTwentyFive(OPTIONS);
    Path second = segment(1);
    byte[] whole = Files.readAllBytes(second);
    for (int at = 0; at < whole.length; at += at < 300 ? 1 : 7) {
      Files.write(second, whole);
      flip(second, at, at % 8);
      int within = (at - SegmentHeader.LENGTH) % ENTRY;
      if (at < SegmentHeader.LENGTH) {
        assertThatThrownBy(() -> SegmentStore.open(directory, OPTIONS).close())
            .isInstanceOf(LogCorruptException.class)
            .hasMessageContaining(second.toString());
        continue;
      }
      int entry = (at - SegmentHeader.LENGTH) / ENTRY;
      if (within < EntryHeader.LENGTH) {
        expectRefused(second, offsetOf(entry), "an entry");
      } else {
        expectFoundWhenRead(second, entry);
      }
      assertThatThrownBy(this::readOffline)
          .isInstanceOf(LogCorruptException.class)
          .hasMessageContaining("byte " + offsetOf(entry));
    }
  }

  private void expectFoundWhenRead(Path file, int entry) throws Exception {
    long offset = offsetOf(entry);
    long index = 11 + entry;
    long position = (index - 1) * RECORD;
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      expectNamed(() -> store.entry(index), file, offset, "checksum");
      expectNamed(() -> store.verify(line -> {}), file, offset, "checksum");
      assertThat(store.entry(index + 1)).isNotNull();
      List<Long> found = new ArrayList<>();
      try (LogReader reader = store.reader(0, store::position)) {
        ByteBuffer into = ByteBuffer.allocateDirect(700);
        assertThatThrownBy(() -> Entries.readInto(reader, into, found))
            .isInstanceOf(LogCorruptException.class)
            .hasMessageContaining(file.toString());
        assertThat(found).isEqualTo(Entries.numbers(1, index));
        assertThat(reader.position()).isEqualTo(position);
      }
      assertThat(Entries.read(store, position + RECORD, 1000))
          .isEqualTo(Entries.numbers(index + 1, 26));
    }
  }

  @Test
  void refusesEntriesThatAreMissingBeforeTheMark() throws Exception {
    writeTwentyFive(OPTIONS);
    Path last = segment(2);
    truncate(last, offsetOf(3));
    expectRefused(last, offsetOf(3), "nothing, where an entry had been written");
    truncate(last, offsetOf(3) - 20);
    expectRefused(last, offsetOf(2), "of which 80 are there");
  }

  @Test
  void saysThatARestartOfTheMachineMayHaveTakenWhatIsMissing() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS, disk)) {
      Entries.append(store, RECORD);
      Entries.append(store, RECORD);
    }
    truncate(segment(0), offsetOf(1) + 20);
    expectRefused(segment(0), offsetOf(1), "no tail that a crash cut off", disk);
    disk.boot = UUID.randomUUID();
    expectRefused(segment(0), offsetOf(1), "the machine was restarted since", disk);
  }

  private void expectRefused(Path file, long offset, String found, Disk disk) {
    expectNamed(() -> SegmentStore.open(directory, OPTIONS, disk).close(), file, offset, found);
  }

  @Test
  void refusesMissingAndForeignFiles() throws Exception {
    writeTwentyFive(OPTIONS);
    Path first = segment(0);
    Path second = segment(1);
    byte[] bytes = Files.readAllBytes(second);
    Files.delete(second);
    expectRefused(first, Files.size(first), "while the next file is");
    Path other = second.resolveSibling("000000000000000c.seg");
    Files.write(other, bytes);
    expectRefused(other, 16, "renamed");
    Files.delete(other);
    Path named = second.resolveSibling("notes.seg");
    Files.write(named, bytes);
    expectRefused(named, 0, "name");
    Files.delete(named);
    Files.write(second, bytes);
    expectEntries(25);
  }

  @Test
  void refusesALogOfTheFormerFormat() throws Exception {
    Path former = Files.write(directory.resolve("0000000000000000.log"), new byte[100]);
    expectRefused(former, 0, "format version 1");
    assertThatThrownBy(() -> OfflineLog.open(directory)).isInstanceOf(LogCorruptException.class);
  }

  @Test
  void anEntryOfAnotherFileIsNone() throws Exception {
    writeTwentyFive(OPTIONS);
    Path last = segment(2);
    byte[] other = Files.readAllBytes(segment(1));
    byte[] entry = new byte[ENTRY];
    System.arraycopy(other, offsetOf(0), entry, 0, ENTRY);
    put(last, offsetOf(4), entry);
    expectRefused(last, offsetOf(4), "salt");
  }

  @Test
  void beginsANewFileAfterARestartOfTheMachine() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    StoreOptions options = OPTIONS.withPreallocate(true);
    try (SegmentStore store = SegmentStore.open(directory, options, disk)) {
      Entries.append(store, RECORD);
      assertThat(store.continuedBoot()).isTrue();
      assertThat(store.startOfThisBoot()).isZero();
    }
    disk.boot = UUID.randomUUID();
    try (SegmentStore store = SegmentStore.open(directory, options, disk)) {
      assertThat(store.continuedBoot()).isFalse();
      assertThat(store.startOfThisBoot()).isEqualTo(RECORD);
      assertThat(Files.size(segment(0))).as("its zeros are given back").isEqualTo(offsetOf(1));
      Entries.append(store, RECORD);
      Entries.append(store, RECORD);
      assertThat(store.startOfThisBoot()).isEqualTo(RECORD);
      assertThat(Entries.readEntries(store)).containsExactly(1L, 2L, 3L);
      store.truncateSuffix(1);
      assertThat(store.startOfThisBoot()).isEqualTo(RECORD);
      store.truncateSuffix(0);
      Entries.append(store, RECORD);
      assertThat(Entries.files(directory)).hasSize(1);
      assertThat(store.startOfThisBoot()).isZero();
      assertThat(Entries.readEntries(store)).containsExactly(1L);
    }
    try (SegmentStore store = SegmentStore.open(directory, options, disk)) {
      assertThat(store.continuedBoot()).isTrue();
      assertThat(Entries.readEntries(store)).containsExactly(1L);
    }
  }
}
