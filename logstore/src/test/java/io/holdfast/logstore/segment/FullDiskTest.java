package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FullDiskTest {
  @TempDir Path directory;

  private final FaultyDisk disk = new FaultyDisk();

  /** A batch that goes on where the store ends; its records are numbered from a number on. */
  private static List<Entry> batch(SegmentStore store, Random random, long first) {
    List<Entry> batch = new ArrayList<>();
    long index = store.lastIndex();
    long position = store.position();
    for (int i = random.nextInt(5); i >= 0; i--) {
      Entry entry =
          new Entry(
              ++index,
              1,
              EntryKind.RECORDS,
              position,
              Entries.record(first + batch.size(), 36 + random.nextInt(900)));
      position = entry.end();
      batch.add(entry);
    }
    return batch;
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void nothingOfAnAppendThatFailedCountsAndItMayBeTriedAgain(boolean sync, boolean preallocate)
      throws Exception {
    StoreOptions options = new StoreOptions(sync, 2048, preallocate, 0);
    Random random = new Random(3);
    long number = 0;
    int failures = 0;
    for (int opening = 0; opening < 6; opening++) {
      try (SegmentStore store = SegmentStore.open(directory, options, disk)) {
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(0, number));
        for (int i = 0; i < 20; i++) {
          disk.room.set(random.nextInt(6000));
          long index = store.lastIndex();
          long position = store.position();
          try {
            // Other records than those that will be there in the end, which must not show up.
            store.append(batch(store, random, 1_000_000));
            store.truncateSuffix(index);
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
            failures++;
          }
          disk.room.set(Long.MAX_VALUE);
          store.truncateSuffix(index);
          assertThat(store.lastIndex()).isEqualTo(index);
          assertThat(store.position()).isEqualTo(position);
          assertThat(store.entry(index + 1)).isNull();
          List<Entry> batch = batch(store, random, number);
          store.append(batch);
          number += batch.size();
          store.awaitDurable(store.lastIndex());
          assertThat(store.lastIndex()).isEqualTo(index + batch.size());
        }
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(0, number));
        assertThat(Entries.read(store, 0, 4000)).isEqualTo(Entries.numbers(0, number));
        store.verify(line -> {});
      }
    }
    assertThat(failures).as("failures").isGreaterThan(10);
  }

  @ParameterizedTest(name = "the disk says so: {0}")
  @ValueSource(booleans = {true, false})
  void goesOnWithoutAPreparedFileWhenThereIsNoRoomForOne(boolean seen) throws Exception {
    StoreOptions options = StoreOptions.defaults().withSegmentBytes(1 << 20);
    disk.room.set(400_000);
    disk.claimed.set(seen ? 0 : Long.MAX_VALUE);
    try (SegmentStore store = SegmentStore.open(directory, options, disk)) {
      await().until(() -> seen ? disk.looks.get() == 2 : disk.room.get() == 0);
      await().until(() -> !Files.exists(SegmentFiles.spareIn(directory)));
      disk.room.set(3_000_000);
      while (Entries.files(directory).size() < 2) {
        Entries.append(store, 10_000);
      }
      assertThat(Files.size(Entries.files(directory).getFirst())).isLessThan(1 << 20);
      disk.room.set(Long.MAX_VALUE);
      await()
          .until(
              () -> {
                Entries.append(store, 50_000);
                return Files.exists(SegmentFiles.spareIn(directory));
              });
    }
    assertThat(Files.exists(SegmentFiles.spareIn(directory))).isFalse();
  }

  @Test
  void recordsLeaveWhatIsKeptToThoseThatGiveSpaceBack() throws Exception {
    StoreOptions options =
        StoreOptions.defaults()
            .withSegmentBytes(20_000)
            .withPreallocate(false)
            .withReserveBytes(50_000);
    disk.room.set(200_000);
    try (SegmentStore store = SegmentStore.open(directory, options, disk)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  Entries.append(store, 1000);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("the log keeps 50000");
      assertThat(disk.room.get()).isBetween(50_000L, 53_000L);
      assertThat(store.usable()).isEqualTo(disk.room.get());
      long last = store.lastIndex();
      Entries.append(store, EntryKind.TRIM, 8);
      assertThat(store.droppable(store.position())).isTrue();
      store.trim(last, store.position());
      await().until(() -> disk.list(SegmentFiles.segmentsIn(directory)).size() == 1);
      disk.room.set(150_000); // what the files took
      Entries.append(store, 1000);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRealFileSystemFillsUpAndIsEmptiedAgain(boolean preallocate) throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", directory.toString());
    try {
      Path filler = Files.write(directory.resolve("filler"), new byte[1_000_000]);
      Path member = directory.resolve("member");
      StoreOptions options =
          StoreOptions.defaults().withSegmentBytes(200_000).withPreallocate(preallocate);
      try (SegmentStore store = SegmentStore.open(member, options)) {
        long index = 0;
        int failed = 0;
        while (failed < 5) { // a file that could not be prepared gives back what it had taken
          try {
            index = Entries.append(store, 7000).index();
            failed = 0;
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
            failed++;
          }
        }
        assertThat(store.lastIndex()).isEqualTo(index);
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, index + 1));
        Files.delete(filler);
        for (int i = 0; i < 50; i++) {
          Entries.append(store, 7000);
        }
        assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, index + 51));
      }
      try (SegmentStore store = SegmentStore.open(member, options)) {
        assertThat(Entries.readEntries(store)).hasSizeGreaterThan(100);
        store.trim(store.lastIndex(), Long.MAX_VALUE);
        Entries.append(store, 7000);
      }
    } finally {
      run("umount", directory.toString());
    }
  }
}
