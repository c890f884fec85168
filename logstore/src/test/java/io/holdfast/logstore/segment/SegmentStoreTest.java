package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SegmentStoreTest {
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSegmentBytes(4096).withPreallocate(false);

  @TempDir Path directory;

  private SegmentStore open() throws Exception {
    return SegmentStore.open(directory, OPTIONS);
  }

  @Test
  void isEmptyWhenItIsNew() throws Exception {
    try (SegmentStore store = open()) {
      assertThat(store.firstIndex()).isEqualTo(1);
      assertThat(store.lastIndex()).isZero();
      assertThat(store.lastTerm()).isZero();
      assertThat(store.position()).isZero();
      assertThat(store.durableIndex()).isZero();
      assertThat(store.entry(1)).isNull();
      assertThat(store.entry(0)).isNull();
      assertThat(store.term(1)).isZero();
      assertThat(store.continuedBoot()).isTrue();
      assertThat(store.startOfThisBoot()).isZero();
      assertThat(Entries.read(store, 0, 1000)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unsynced", "synced", "preallocated", "synced preallocated"})
  void readsBackOverManySegmentsWhatWasAppended(String mode) throws Exception {
    StoreOptions options =
        OPTIONS
            .withSync(mode.contains("synced") && !mode.contains("unsynced"))
            .withPreallocate(mode.contains("preallocated"));
    Random random = new Random(1);
    long number = 0;
    for (int opening = 0; opening < 3; opening++) {
      try (SegmentStore store = SegmentStore.open(directory, options)) {
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(0, number));
        for (int i = 0; i < 100; i++) {
          List<Entry> batch = new ArrayList<>();
          long index = store.lastIndex();
          long position = store.position();
          for (int j = random.nextInt(4); j >= 0; j--) {
            int[] lengths = random.ints(random.nextInt(4), 36, 900).toArray();
            EntryKind kind = lengths.length == 0 ? EntryKind.NO_OP : EntryKind.RECORDS;
            Entry entry = new Entry(++index, 7, kind, position, Entries.records(number, lengths));
            number += lengths.length;
            position = entry.end();
            batch.add(entry);
          }
          store.append(batch);
          store.awaitDurable(index);
          assertThat(store.durableIndex()).isEqualTo(index);
          assertThat(store.durablePosition()).isEqualTo(position);
        }
        assertThat(store.lastTerm()).isEqualTo(7);
        assertThat(Entries.read(store, 0, 5000)).isEqualTo(Entries.numbers(0, number));
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(0, number));
      }
    }
    assertThat(Entries.files(directory)).hasSizeGreaterThan(50);
  }

  @Test
  void refusesEntriesThatDoNotFollow() throws Exception {
    try (SegmentStore store = open()) {
      Entries.append(store, 100);
      ByteBuffer payload = Entries.record(2, 100);
      assertThatThrownBy(
              () -> store.append(List.of(new Entry(3, 1, EntryKind.RECORDS, 100, payload))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () -> store.append(List.of(new Entry(2, 1, EntryKind.RECORDS, 99, payload))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () ->
                  store.append(
                      List.of(
                          new Entry(
                              2, 1, EntryKind.NO_OP, 100, ByteBuffer.allocate((1 << 24) + 1)))))
          .isInstanceOf(IllegalArgumentException.class);
      Entries.append(store, 100);
      assertThat(Entries.readEntries(store)).containsExactly(1L, 2L);
    }
  }

  @Test
  void keepsAnEntryThatIsLongerThanAFile() throws Exception {
    try (SegmentStore store = open()) {
      Entries.append(store, 100);
      Entries.append(store, 1 << 24);
      Entries.append(store, 100);
    }
    try (SegmentStore store = open()) {
      assertThat(Entries.readEntries(store)).containsExactly(1L, 2L, 3L);
      assertThat(Entries.read(store, 0, 64 << 10)).containsExactly(1L, 2L, 3L);
      assertThat(Entries.files(directory)).hasSize(3);
    }
  }

  @Test
  void cutsTheEndAndGoesOnFromThere() throws Exception {
    for (int kept = 0; kept <= 60; kept++) {
      Path folder = directory.resolve("at" + kept);
      try (SegmentStore store = SegmentStore.open(folder, OPTIONS)) {
        for (int i = 0; i < 60; i++) {
          Entries.append(store, 3, 300);
        }
        store.truncateSuffix(kept);
        assertThat(store.lastIndex()).isEqualTo(kept);
        assertThat(store.position()).isEqualTo(kept * 300L);
        assertThat(store.lastTerm()).isEqualTo(kept == 0 ? 0 : 3);
        assertThat(store.entry(kept + 1)).isNull();
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, kept + 1));
        if (kept % 2 == 0) {
          for (int i = 0; i < 30; i++) {
            Entries.append(store, 4, 200);
          }
          assertThat(store.term(kept + 1)).isEqualTo(4);
        }
      }
      long end = kept % 2 == 0 ? kept + 30 : kept;
      try (SegmentStore store = SegmentStore.open(folder, OPTIONS)) {
        assertThat(store.lastIndex()).isEqualTo(end);
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, end + 1));
        assertThat(Entries.read(store, 0, 1000)).isEqualTo(Entries.numbers(1, end + 1));
      }
    }
  }

  @Test
  void trimsWholeSegmentsByIndexAndPosition() throws Exception {
    try (SegmentStore store = open()) {
      for (int i = 0; i < 60; i++) {
        Entries.append(store, 300);
      }
      long second = SegmentFiles.firstIndexOf(Entries.files(directory).get(1));
      store.trim(second - 1, Long.MAX_VALUE);
      assertThat(store.firstIndex()).as("one entry of it is wanted").isEqualTo(1);
      store.trim(Long.MAX_VALUE, (second - 1) * 300 - 1);
      assertThat(store.firstIndex()).as("its last record is wanted").isEqualTo(1);
      store.trim(second, (second - 1) * 300);
      assertThat(store.firstIndex()).isEqualTo(second);
      assertThat(store.firstPosition()).isEqualTo((second - 1) * 300);
      assertThat(store.entry(second - 1)).isNull();
      assertThat(store.entry(second)).isNotNull();
      assertThatThrownBy(() -> store.reader(0, store::position))
          .isInstanceOf(LogTrimmedException.class);
      store.trim(Long.MAX_VALUE, Long.MAX_VALUE);
      assertThat(store.lastIndex()).isEqualTo(60);
      assertThat(store.firstIndex()).isLessThanOrEqualTo(60);
    }
    assertThat(Entries.files(directory)).hasSize(1);
    try (SegmentStore store = open()) {
      assertThat(store.lastIndex()).isEqualTo(60);
      Entries.append(store, 300);
      assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(store.firstIndex(), 62));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void beginsAnewWhereItIsTold(boolean sync) throws Exception {
    StoreOptions options = OPTIONS.withSync(sync);
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      for (int i = 0; i < 60; i++) {
        Entries.append(store, 300);
      }
      store.reset(1001, 5_000_000_000L);
      assertThat(store.firstIndex()).isEqualTo(1001);
      assertThat(store.lastIndex()).isEqualTo(1000);
      assertThat(store.lastTerm()).isZero();
      assertThat(store.firstPosition()).isEqualTo(5_000_000_000L);
      assertThat(store.position()).isEqualTo(5_000_000_000L);
      assertThat(store.entry(1)).isNull();
    }
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      assertThat(store.firstIndex()).isEqualTo(1001);
      assertThat(store.position()).isEqualTo(5_000_000_000L);
      for (int i = 0; i < 60; i++) {
        Entries.append(store, 300);
      }
      store.reset(5, 7);
      Entries.append(store, 300);
      store.awaitDurable(5);
      assertThat(Entries.read(store, 7, 1000)).containsExactly(5L);
    }
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      assertThat(Entries.readEntries(store)).containsExactly(5L);
    }
    assertThat(Files.exists(SegmentFiles.formerIn(directory))).isFalse();
  }

  @Test
  void knowsTheConfigurationsThatItHolds() throws Exception {
    List<Long> expected = new ArrayList<>();
    try (SegmentStore store = open()) {
      for (int i = 0; i < 100; i++) {
        Entry entry =
            Entries.append(store, i % 7 == 3 ? EntryKind.CONFIGURATION : EntryKind.OWNER, 200);
        if (i % 7 == 3) {
          expected.add(entry.index());
        }
      }
      assertThat(store.configurations()).extracting(Entry::index).isEqualTo(expected);
    }
    try (SegmentStore store = open()) {
      assertThat(store.configurations()).extracting(Entry::index).isEqualTo(expected);
      assertThat(store.configurations().getLast().payload().remaining()).isEqualTo(200);
      store.truncateSuffix(50);
      expected.removeIf(index -> index > 50);
      assertThat(store.configurations()).extracting(Entry::index).isEqualTo(expected);
      store.trim(30, 0);
      expected.removeIf(index -> index < store.firstIndex());
      assertThat(store.firstIndex()).isGreaterThan(1);
      assertThat(store.configurations()).extracting(Entry::index).isEqualTo(expected);
    }
  }
}
