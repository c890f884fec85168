package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One who writes and cuts, one who trims, and many who read, all at once. */
@Timeout(120)
class ConcurrencyTest {
  private static final long ENTRIES = 8_000;

  @TempDir Path directory;

  private final AtomicLong committed = new AtomicLong();
  private final AtomicLong committedIndex = new AtomicLong();
  private final AtomicBoolean done = new AtomicBoolean();

  /** Numbers are indexes for what is committed; what is cut off again has the number 0. */
  private void write(SegmentStore store) throws Exception {
    Random random = new Random(11);
    while (store.lastIndex() < ENTRIES) {
      append(store, random, false);
      if (random.nextInt(30) == 0) {
        long index = store.lastIndex();
        store.awaitDurable(index);
        append(store, random, true);
        store.truncateSuffix(index);
        append(store, random, false);
      }
      store.awaitDurable(store.lastIndex());
      committedIndex.set(store.lastIndex());
      committed.set(store.position());
    }
    done.set(true);
  }

  private static void append(SegmentStore store, Random random, boolean wrong) throws Exception {
    List<Entry> batch = new ArrayList<>();
    long position = store.position();
    for (long index = store.lastIndex() + 1; batch.size() <= random.nextInt(30); index++) {
      ByteBuffer record = Entries.record(wrong ? 0 : index, 36 + random.nextInt(400));
      Entry entry = new Entry(index, 1, EntryKind.RECORDS, position, record);
      batch.add(entry);
      position = entry.end();
    }
    store.append(batch);
  }

  private Long readByPosition(SegmentStore store, long seed) throws Exception {
    Random random = new Random(seed);
    ByteBuffer into = ByteBuffer.allocateDirect(500 + random.nextInt(20_000));
    long restarts = 0;
    long expected = 0;
    LogReader reader = store.reader(store.firstPosition(), committed::get);
    while (!done.get() || reader.position() < committed.get()) {
      try {
        int count = reader.read(into.clear());
        for (int at = 0; at < count; at += into.getInt(at)) {
          long number = Entries.check(into, at);
          assertThat(number).isEqualTo(expected == 0 ? number : expected);
          assertThat(number).isPositive();
          expected = number + 1;
        }
      } catch (LogTrimmedException e) {
        reader.close();
        reader = reader(store);
        expected = 0;
        restarts++;
      }
    }
    reader.close();
    assertThat(expected).isEqualTo(committedIndex.get() + 1);
    return restarts;
  }

  private LogReader reader(SegmentStore store) throws Exception {
    while (true) {
      try {
        return store.reader(store.firstPosition(), committed::get);
      } catch (LogTrimmedException e) {
        // trimmed between the question and the answer
      }
    }
  }

  private Long readByIndex(SegmentStore store, long seed) throws Exception {
    Random random = new Random(seed);
    long found = 0;
    while (!done.get()) {
      long first = store.firstIndex();
      long index = first + random.nextLong(Math.max(1, committedIndex.get() - first + 1));
      for (int i = random.nextInt(50); i >= 0 && index <= committedIndex.get(); i--) {
        Entry entry = store.entry(index);
        if (entry == null) {
          assertThat(index).as("only what was trimmed is not there").isLessThan(store.firstIndex());
          break;
        }
        assertThat(entry.index()).isEqualTo(index);
        assertThat(Entries.check(entry.payload(), 0)).isEqualTo(index);
        assertThat(store.term(index)).isLessThanOrEqualTo(1);
        index++;
        found++;
      }
      // Beyond the end: there or not, right or wrong, but never damaged.
      store.entry(store.lastIndex() + random.nextInt(3) - 1);
    }
    return found;
  }

  private Void trim(SegmentStore store) throws Exception {
    while (!done.get()) {
      store.trim(committedIndex.get() - 3000, committed.get());
      store.configurations();
      Thread.yield();
    }
    return null;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everybodySeesWhatWasCommittedAndNothingElse(boolean sync) throws Exception {
    StoreOptions options = new StoreOptions(sync, 100_000, true, 0);
    try (SegmentStore store = SegmentStore.open(directory, options);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Callable<?>> tasks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        long seed = i;
        tasks.add(() -> readByPosition(store, seed));
        tasks.add(() -> readByIndex(store, seed));
      }
      tasks.add(() -> trim(store));
      List<Future<?>> running = new ArrayList<>();
      for (Callable<?> task : tasks) {
        running.add(threads.submit(task));
      }
      try {
        write(store);
      } finally {
        done.set(true);
      }
      for (Future<?> future : running) {
        future.get();
      }
      assertThat(Entries.readEntries(store))
          .isEqualTo(Entries.numbers(store.firstIndex(), store.lastIndex() + 1));
    }
  }

  @Test
  void interruptsOfTheCallingThreadsDoNoHarm() throws Exception {
    StoreOptions options = new StoreOptions(true, 10_000, true, 0);
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      Thread writer = Thread.currentThread();
      AtomicBoolean writing = new AtomicBoolean(true);
      Thread nuisance =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (writing.get()) {
                      writer.interrupt();
                      Thread.onSpinWait();
                    }
                  });
      List<Long> numbers = new ArrayList<>();
      try (LogReader reader = store.reader(0, store::position)) {
        ByteBuffer into = ByteBuffer.allocateDirect(3000);
        for (int i = 0; i < 1000; i++) {
          Entries.append(store, 300);
          assertThat(store.entry(store.lastIndex())).isNotNull();
          if (i % 10 == 0) {
            store.truncateSuffix(store.lastIndex() - 1);
            Entries.append(store, 300);
          }
        }
        Entries.readInto(reader, into, numbers);
      } finally {
        writing.set(false);
        while (nuisance.isAlive()) {
          Thread.interrupted();
        }
        Thread.interrupted();
      }
      store.awaitDurable(1000);
      assertThat(numbers).isEqualTo(Entries.numbers(1, 1001));
    }
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      Thread.currentThread().interrupt();
      assertThat(Entries.readEntries(store)).isEqualTo(Entries.numbers(1, 1001));
      Entries.append(store, 300);
      assertThat(Thread.interrupted()).as("the interrupt is kept for the caller").isTrue();
    }
  }
}
