package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One store's files in another: links, adoption, and what a crash leaves of it. */
@Timeout(60)
class ReplacementTest {
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSegmentBytes(2000).withPreallocate(false);

  @TempDir Path directory;

  private Path source;
  private Path target;
  private Path snapshot;

  @BeforeEach
  void name() {
    source = directory.resolve("source");
    target = directory.resolve("target");
    snapshot = directory.resolve("snapshot");
  }

  @ParameterizedTest
  @CsvSource({"false,true", "true,true", "false,false"})
  void adoptsFilesWhoseOwnerGoesOnWriting(boolean sync, boolean links) throws Exception {
    FaultyDisk disk = new FaultyDisk();
    StoreOptions options = OPTIONS.withSync(sync);
    try (SegmentStore from = SegmentStore.open(source, options);
        SegmentStore to = SegmentStore.open(target, options, disk)) {
      for (int i = 0; i < 5; i++) {
        Entries.append(to, 300);
      }
      for (int i = 0; i < 53; i++) {
        Entries.append(from, 2, i == 20 ? 400 : 300);
      }
      List<Path> linked = from.linkInto(snapshot, 53, 0);
      assertThat(linked).hasSize(Entries.files(source).size());
      Entries.append(from, 300);
      disk.links = links;
      to.adopt(snapshot, 50);
      assertThat(to.lastIndex()).isEqualTo(50);
      assertThat(to.lastTerm()).isEqualTo(2);
      assertThat(to.position()).isEqualTo(50 * 300 + 100);
      assertThat(to.durableIndex()).isEqualTo(50);
      for (int i = 0; i < 30; i++) {
        Entries.append(from, 300);
        Entries.append(to, 500);
      }
      to.awaitDurable(80);
      assertThat(Entries.readEntries(from)).isEqualTo(Entries.numbers(1, 85));
      assertThat(Entries.readEntries(to)).isEqualTo(Entries.numbers(1, 81));
      // Neither a cut of the one nor of the other changes what the other shares with it.
      to.truncateSuffix(12);
      from.truncateSuffix(17);
      assertThat(Entries.readEntries(to)).isEqualTo(Entries.numbers(1, 13));
      assertThat(Entries.readEntries(from)).isEqualTo(Entries.numbers(1, 18));
      Entries.append(to, 77);
      Entries.append(from, 66);
      to.adopt(snapshot, 53);
      assertThat(Entries.readEntries(to)).isEqualTo(Entries.numbers(1, 54));
    }
    try (SegmentStore from = SegmentStore.open(source, options);
        SegmentStore to = SegmentStore.open(target, options)) {
      assertThat(Entries.readEntries(from)).isEqualTo(Entries.numbers(1, 19));
      assertThat(Entries.readEntries(to)).isEqualTo(Entries.numbers(1, 54));
      Entries.append(to, 300);
    }
    assertThat(Files.exists(SegmentFiles.formerIn(target))).isFalse();
    assertThat(Files.exists(SegmentFiles.nextIn(target))).isFalse();
  }

  @Test
  void adoptsOnlyWhatIsIntactAndKeepsWhatItHasOtherwise() throws Exception {
    try (SegmentStore from = SegmentStore.open(source, OPTIONS);
        SegmentStore to = SegmentStore.open(target, OPTIONS)) {
      for (int i = 0; i < 30; i++) {
        Entries.append(from, 300);
      }
      Entries.append(to, 50);
      List<Path> linked = from.linkInto(snapshot, 30, 0);
      assertThatThrownBy(() -> to.adopt(snapshot, 31)).isInstanceOf(IOException.class);
      Path second = linked.get(1);
      byte[] whole = Files.readAllBytes(second);
      Files.delete(second);
      for (int at = 0; at < whole.length; at += 11) {
        if (at >= SegmentHeader.MARK_OFFSET && at < SegmentHeader.LENGTH) {
          continue;
        }
        byte[] damaged = whole.clone();
        damaged[at] ^= 4;
        Files.write(second, damaged);
        assertThatThrownBy(() -> to.adopt(snapshot, 30))
            .as("byte " + at)
            .isInstanceOf(LogCorruptException.class)
            .hasMessageContaining(second.toString());
      }
      Files.delete(second);
      assertThatThrownBy(() -> to.adopt(snapshot, 30)).isInstanceOf(LogCorruptException.class);
      assertThat(Entries.readEntries(to)).containsExactly(1L);
      Entries.append(to, 50);
      assertThat(Entries.readEntries(to)).containsExactly(1L, 2L);
    }
  }

  @Test
  void aCrashBetweenTheTwoRenamesLosesNothing() throws Exception {
    try (SegmentStore store = SegmentStore.open(target, OPTIONS)) {
      for (int i = 0; i < 30; i++) {
        Entries.append(store, 300);
      }
    }
    Files.move(SegmentFiles.segmentsIn(target), SegmentFiles.nextIn(target));
    Files.createDirectory(SegmentFiles.formerIn(target));
    Files.write(SegmentFiles.formerIn(target).resolve("0000000000000001.seg"), new byte[10]);
    try (SegmentStore store = SegmentStore.open(target, OPTIONS)) {
      assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, 31));
    }
    // One that was not whole is dropped.
    Files.createDirectory(SegmentFiles.nextIn(target));
    Files.write(SegmentFiles.nextIn(target).resolve("0000000000000001.seg"), new byte[10]);
    try (SegmentStore store = SegmentStore.open(target, OPTIONS)) {
      assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, 31));
    }
    assertThat(Files.exists(SegmentFiles.formerIn(target))).isFalse();
    assertThat(Files.exists(SegmentFiles.nextIn(target))).isFalse();
  }

  @Test
  void readersFindTheNewEntriesAfterAnAdoption() throws Exception {
    try (SegmentStore from = SegmentStore.open(source, OPTIONS);
        SegmentStore to = SegmentStore.open(target, OPTIONS)) {
      for (int i = 0; i < 10; i++) {
        Entries.append(from, 300);
        Entries.append(to, 300);
      }
      try (LogReader reader = to.reader(0, to::position)) {
        ByteBuffer into = ByteBuffer.allocateDirect(700);
        assertThat(reader.read(into)).isEqualTo(600);
        Entry last = Entries.append(from, 444);
        from.linkInto(snapshot, last.index(), 0);
        to.adopt(snapshot, last.index());
        List<Long> numbers = new ArrayList<>();
        Entries.readInto(reader, ByteBuffer.allocateDirect(2000), numbers);
        assertThat(numbers).isEqualTo(Entries.numbers(3, 12));
        to.reset(500, 100_000);
        assertThatThrownBy(() -> reader.read(into.clear())).isInstanceOf(LogTrimmedException.class);
      }
    }
  }

  @Test
  void verifiesEveryChecksumAndNamesTheFirstThatIsWrong() throws Exception {
    try (SegmentStore store = SegmentStore.open(target, OPTIONS)) {
      for (int i = 0; i < 30; i++) {
        Entries.append(store, 300);
      }
      List<String> lines = new ArrayList<>();
      store.verify(lines::add);
      assertThat(lines).hasSize(Entries.files(target).size());
      Path file = Entries.files(target).get(2);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {77}), 200);
      }
      assertThatThrownBy(() -> store.verify(lines::add))
          .isInstanceOf(LogCorruptException.class)
          .hasMessageContaining(file + ", byte 64");
    }
  }
}
