package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReaderTest {
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSegmentBytes(20_000).withPreallocate(false);

  @TempDir Path directory;

  /** Entries of several records each, with others between them; positions of all records. */
  private static List<Long> write(SegmentStore store, long seed, int entries) throws Exception {
    Random random = new Random(seed);
    List<Long> positions = new ArrayList<>();
    long number = 0;
    for (int i = 0; i < entries; i++) {
      if (random.nextInt(3) == 0) {
        EntryKind kind = EntryKind.values()[1 + random.nextInt(5)];
        Entries.append(store, kind, random.nextInt(100));
        continue;
      }
      int[] lengths = random.ints(1 + random.nextInt(6), 36, 1500).toArray();
      long position = store.position();
      for (int length : lengths) {
        positions.add(position);
        position += length;
      }
      store.append(
          List.of(Entries.next(store, 1, EntryKind.RECORDS, Entries.records(number, lengths))));
      number += lengths.length;
    }
    return positions;
  }

  @Test
  void readsFromTheStartOfAnyRecord() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      List<Long> positions = write(store, 5, 300);
      for (int i = 0; i < positions.size(); i++) {
        assertThat(Entries.read(store, positions.get(i), 100_000))
            .isEqualTo(Entries.numbers(i, positions.size()));
      }
      assertThat(Entries.read(store, store.position(), 1000)).isEmpty();
    }
  }

  @Test
  void readsWithBuffersOfAnySizeAndTellsWhatIsTooLongForThem() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      List<Long> positions = write(store, 6, 200);
      for (int size = 1; size < 3000; size += 1 + size / 7) {
        List<Long> numbers = new ArrayList<>();
        try (LogReader reader = store.reader(0, store::position)) {
          ByteBuffer small = ByteBuffer.allocateDirect(size);
          ByteBuffer large = ByteBuffer.allocateDirect(1500);
          ByteBuffer into = small;
          for (int n = reader.read(into.clear()); n != 0; n = reader.read(into.clear())) {
            if (n < 0) {
              assertThat(-n).isGreaterThan(into.capacity());
              into = large.limit(-n).slice(0, -n);
              continue;
            }
            assertThat(into.position()).isEqualTo(n);
            for (int at = 0; at < n; at += into.getInt(at)) {
              numbers.add(Entries.check(into, at));
            }
            into = small;
          }
        }
        assertThat(numbers).as("buffer of " + size).isEqualTo(Entries.numbers(0, positions.size()));
      }
    }
  }

  @Test
  void readsHeapBuffersAndFromTheirPositionOn() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      Entries.append(store, 500);
      Entries.append(store, 700);
      try (LogReader reader = store.reader(0, store::position)) {
        ByteBuffer into = ByteBuffer.allocate(2000).position(10).limit(900);
        assertThat(reader.read(into)).isEqualTo(500);
        assertThat(into.position()).isEqualTo(510);
        assertThat(into.limit()).isEqualTo(900);
        assertThat(Entries.check(into, 10)).isEqualTo(1);
        assertThat(reader.read(into)).isEqualTo(-700);
        assertThat(into.position()).isEqualTo(510);
        assertThat(reader.position()).isEqualTo(500);
      }
    }
  }

  @Test
  void readsOneRecordOfSixteenMebibytes() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      Entries.append(store, 100);
      Entries.append(store, 1 << 24);
      try (LogReader reader = store.reader(0, store::position)) {
        ByteBuffer into = ByteBuffer.allocateDirect(64 << 10);
        assertThat(reader.read(into)).isEqualTo(100);
        assertThat(reader.read(into.clear())).isEqualTo(-(1 << 24));
        into = ByteBuffer.allocateDirect(1 << 24);
        assertThat(reader.read(into)).isEqualTo(1 << 24);
        assertThat(Entries.check(into, 0)).isEqualTo(2);
        assertThat(reader.read(into.clear())).isZero();
      }
    }
  }

  @Test
  void neverGoesBeyondTheLimit() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      List<Long> positions = write(store, 7, 100);
      AtomicLong limit = new AtomicLong();
      List<Long> numbers = new ArrayList<>();
      try (LogReader reader = store.reader(0, limit::get)) {
        ByteBuffer into = ByteBuffer.allocateDirect(5000);
        for (int i = 1; i < positions.size(); i++) {
          limit.set(positions.get(i) - 1);
          Entries.readInto(reader, into, numbers);
          limit.set(positions.get(i));
          Entries.readInto(reader, into, numbers);
          assertThat(reader.position()).isEqualTo(positions.get(i));
          assertThat(numbers).hasSize(i);
        }
      }
      assertThat(numbers).isEqualTo(Entries.numbers(0, positions.size() - 1));
    }
  }

  @Test
  void followsWhatIsAppendedLater() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS);
        LogReader reader = store.reader(0, store::position)) {
      ByteBuffer into = ByteBuffer.allocateDirect(5000);
      List<Long> numbers = new ArrayList<>();
      for (int i = 1; i <= 100; i++) {
        Entries.readInto(reader, into, numbers);
        Entries.append(store, 900);
        Entries.append(store, EntryKind.NO_OP, 10);
      }
      Entries.readInto(reader, into, numbers);
      assertThat(numbers).hasSize(100);
    }
  }

  @Test
  void goesOnInWhatItReadsAfterATrimAndThenTellsThatTheRestIsGone() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      write(store, 8, 400);
      ByteBuffer into = ByteBuffer.allocateDirect(3000);
      try (LogReader reader = store.reader(0, store::position)) {
        assertThat(reader.read(into)).isPositive();
        store.trim(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThatThrownBy(
                () -> {
                  while (reader.read(into.clear()) != 0) {
                    // on to the end of the file that it has open
                  }
                })
            .isInstanceOf(LogTrimmedException.class);
      }
      assertThatThrownBy(() -> store.reader(0, store::position))
          .isInstanceOf(LogTrimmedException.class);
      assertThatThrownBy(() -> store.reader(store.position() + 1, store::position))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void isNotMisledWhenTheEndIsCutAndWrittenAnew() throws Exception {
    Random random = new Random(9);
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      AtomicLong committed = new AtomicLong();
      List<Long> expected = new ArrayList<>();
      List<Long> numbers = new ArrayList<>();
      long number = 0;
      try (LogReader reader = store.reader(0, committed::get)) {
        ByteBuffer into = ByteBuffer.allocateDirect(4000);
        for (int round = 0; round < 300; round++) {
          long index = store.lastIndex();
          for (int i = 0; i < 10; i++) {
            appendOne(store, 1_000_000, random);
          }
          Entries.readInto(reader, into, numbers);
          store.truncateSuffix(index);
          for (int i = 0; i < 5; i++) {
            expected.add(number);
            appendOne(store, number++, random);
          }
          committed.set(store.position());
          Entries.readInto(reader, into, numbers);
          assertThat(numbers).isEqualTo(expected);
        }
      }
    }
  }

  private static Entry appendOne(SegmentStore store, long number, Random random) throws Exception {
    ByteBuffer record = Entries.record(number, 36 + random.nextInt(1500));
    Entry entry = Entries.next(store, 1, EntryKind.RECORDS, record);
    store.append(List.of(entry));
    return entry;
  }
}
