package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.EntryKind;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.LogTrimmedException;
import io.holdfast.logstore.segment.SegmentStore;
import io.holdfast.logstore.segment.SegmentStore.Entry;
import io.holdfast.logstore.segment.StoreOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OfflineLogTest {
  private static final StoreOptions OPTIONS = new StoreOptions(false, 4096, true, 0);

  @TempDir Path directory;

  private static void append(SegmentStore store, long term, EntryKind kind, ByteBuffer payload)
      throws Exception {
    store.append(List.of(new Entry(store.lastIndex() + 1, term, kind, store.position(), payload)));
  }

  /** Records of 100 bytes, numbered. */
  private static ByteBuffer records(long first, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(100 * count);
    RecordFlyweight record = new RecordFlyweight();
    for (int i = 0; i < count; i++) {
      record.wrap(bytes, 100 * i).header(RecordKind.NOTED, 1, 5, first + i, 7, 64).seal();
    }
    return bytes;
  }

  @Test
  void tellsWhereEachRecordStands() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS);
        OfflineLog log = OfflineLog.open(directory)) {
      assertThat(log.next()).isFalse();
      assertThat(log.end()).isZero();
      append(store, 3, EntryKind.NO_OP, ByteBuffer.allocate(0));
      append(store, 3, EntryKind.RECORDS, records(0, 3));
      append(store, 4, EntryKind.OWNER, ByteBuffer.allocate(20));
      append(store, 5, EntryKind.RECORDS, records(3, 2));
      for (int i = 0; i < 5; i++) {
        assertThat(log.next()).isTrue();
        assertThat(log.record().stream()).isEqualTo(i);
        assertThat(log.position()).isEqualTo(100 * i);
        assertThat(log.end()).isEqualTo(100 * i + 100);
        assertThat(log.index()).isEqualTo(i < 3 ? 2 : 4);
        assertThat(log.term()).isEqualTo(i < 3 ? 3 : 5);
      }
      assertThat(log.next()).isFalse();
      assertThat(log.tail()).isEmpty();
      assertThat(log.end()).isEqualTo(500);
      append(store, 5, EntryKind.NO_OP, ByteBuffer.allocate(0));
      assertThat(log.next()).isFalse();
      append(store, 5, EntryKind.RECORDS, records(5, 1));
      assertThat(log.next()).isTrue();
      assertThat(log.record().stream()).isEqualTo(5);
    }
  }

  @Test
  void followsAnOwnerWhoWritesAndRolls() throws Exception {
    int entries = 5000;
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS);
        OfflineLog log = OfflineLog.open(directory)) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < entries; i++) {
                    append(store, 1, EntryKind.RECORDS, records(3L * i, 3));
                  }
                } catch (Exception e) {
                  throw new CompletionException(e);
                }
              });
      for (long number = 0; number < 3L * entries; ) {
        if (log.next()) {
          assertThat(log.record().stream()).isEqualTo(number++);
        } else {
          assertThat(writing.isCompletedExceptionally()).isFalse();
        }
      }
      writing.get();
    }
  }

  @Test
  void tellsThatTheOwnerHasDroppedWhatComesNext() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS);
        OfflineLog log = OfflineLog.open(directory)) {
      append(store, 1, EntryKind.RECORDS, records(0, 1));
      assertThat(log.next()).isTrue();
      for (int i = 0; i < 200; i++) {
        append(store, 1, EntryKind.RECORDS, records(1 + i, 1));
      }
      store.trim(store.lastIndex(), store.position());
      store.reset(1000, 50_000);
      assertThatThrownBy(
              () -> {
                while (log.next()) {
                  // on to what is gone
                }
              })
          .isInstanceOf(LogTrimmedException.class);
    }
    try (OfflineLog log = OfflineLog.open(directory)) {
      assertThat(log.next()).isFalse();
      assertThat(log.end()).isEqualTo(50_000);
    }
  }

  @Test
  void tellsWhatStandsBehindTheLastWholeEntry() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS.withPreallocate(false))) {
      append(store, 1, EntryKind.RECORDS, records(0, 1));
    }
    Path file = directory.resolve("segments").resolve("0000000000000001.seg");
    byte[] whole = Files.readAllBytes(file);
    byte[] torn = Arrays.copyOf(whole, whole.length + 60);
    torn[whole.length + 3] = 9;
    Files.write(file, torn);
    try (OfflineLog log = OfflineLog.open(directory)) {
      assertThat(log.next()).isTrue();
      assertThat(log.next()).isFalse();
      assertThat(log.tail().orElseThrow())
          .contains(file.toString(), "index 2", "position 100", "byte " + whole.length);
    }
  }

  @Test
  void namesAnEntryWhoseRecordsAreNotWhole() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS)) {
      append(store, 1, EntryKind.RECORDS, records(0, 2).limit(150));
      try (OfflineLog log = OfflineLog.open(directory)) {
        assertThat(log.next()).isTrue();
        assertThatThrownBy(log::next)
            .isInstanceOf(LogCorruptException.class)
            .hasMessageContaining("byte " + (64 + 44 + 100));
      }
    }
  }

  @Test
  void needsAFolder() {
    assertThatThrownBy(() -> OfflineLog.open(directory.resolve("nowhere")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
