package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** The machine loses its power again and again, under a synced store. */
@Timeout(300)
class PowerLossTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 400);
  private static final int LOSSES = 5;
  private static final Path DIRECTORY = Path.of("/member");
  private static final Path SNAPSHOT = Path.of("/snapshot");

  private final Logger logger = (Logger) LoggerFactory.getLogger(SegmentStore.class);

  @BeforeEach
  void silence() {
    logger.setLevel(Level.OFF);
  }

  @AfterEach
  void listen() {
    logger.setLevel(null);
  }

  /** What a store may hold: the number of the record in each entry. */
  private static final class Model {
    final SimulatedDisk disk;
    final Random random;
    final TreeMap<Long, Long> entries = new TreeMap<>();
    long numbers = 1;

    /** Everything up to here was promised. */
    long promised;

    /** Where a reset that is not finished begins anew; 0 for none. */
    long resetting;

    Model(long seed, SimulatedDisk disk) {
      this.disk = disk;
      random = new Random(seed);
    }

    void use(SegmentStore store) throws IOException, InterruptedException {
      while (true) {
        switch (random.nextInt(20)) {
          case 0 -> cut(store);
          case 1 ->
              store.trim(
                  random.nextBoolean() ? store.lastIndex() + 1 : store.firstIndex() + 5,
                  Long.MAX_VALUE);
          case 2 -> {
            switch (random.nextInt(10)) {
              case 0 -> reset(store);
              case 1, 2, 3 -> snapshot(store);
              default -> {}
            }
          }
          default -> append(store);
        }
        if (random.nextInt(3) == 0) {
          store.awaitDurable(store.lastIndex());
        }
        promised = Math.max(promised, Math.min(store.durableIndex(), store.lastIndex()));
      }
    }

    private void append(SegmentStore store) throws IOException {
      List<Entry> batch = new ArrayList<>();
      long index = store.lastIndex();
      long position = store.position();
      for (int i = random.nextInt(5); i >= 0; i--) {
        ByteBuffer payload = Entries.record(numbers, 36 + random.nextInt(700));
        Entry entry = new Entry(++index, 1, EntryKind.RECORDS, position, payload);
        entries.put(index, numbers++);
        position = entry.end();
        batch.add(entry);
      }
      store.append(batch);
    }

    private void cut(SegmentStore store) throws IOException {
      long span = store.lastIndex() - store.firstIndex() + 2;
      long kept = store.lastIndex() - random.nextLong(Math.min(span, 20));
      promised = Math.min(promised, kept);
      store.truncateSuffix(kept);
      entries.tailMap(kept, false).clear();
    }

    /** Second names for the files, and then these in the place of all: shared, and cut. */
    private void snapshot(SegmentStore store) throws IOException {
      if (store.lastIndex() < store.firstIndex()) {
        return;
      }
      SegmentFiles.deleteFolder(disk, SNAPSHOT);
      long kept = store.lastIndex() - random.nextLong(store.lastIndex() - store.firstIndex() + 1);
      store.linkInto(SNAPSHOT, kept, 0);
      if (random.nextBoolean()) {
        append(store);
        promised = Math.min(promised, kept);
        store.adopt(SNAPSHOT, kept);
        entries.tailMap(kept, false).clear();
      }
    }

    private void reset(SegmentStore store) throws IOException {
      long next = store.lastIndex() + 1 + random.nextInt(100);
      long before = promised;
      resetting = next;
      promised = 0;
      store.reset(next, store.position() + random.nextInt(1000));
      resetting = 0;
      entries.clear();
      promised = next - 1;
      assertThat(before).isLessThan(next);
    }

    /** The store was opened again: what may it hold, and what must it? */
    void check(SegmentStore store, String round) throws IOException {
      assertThat(store.durableIndex()).as(round).isEqualTo(store.lastIndex());
      if (resetting > 0 && store.firstIndex() == resetting) {
        entries.clear();
        promised = resetting - 1;
      }
      resetting = 0;
      assertThat(store.lastIndex()).as(round).isGreaterThanOrEqualTo(promised);
      List<Long> expected =
          new ArrayList<>(entries.subMap(store.firstIndex(), store.lastIndex() + 1).values());
      assertThat(expected).as(round).hasSize((int) (store.lastIndex() - store.firstIndex() + 1));
      assertThat(Entries.readEntries(store)).as(round).isEqualTo(expected);
      assertThat(Entries.read(store, store.firstPosition(), 5000)).as(round).isEqualTo(expected);
      store.verify(line -> {});
      entries.tailMap(store.lastIndex(), false).clear();
      promised = store.lastIndex();
    }
  }

  @Test
  void keepsWhatItPromisedThroughAnyLossOfPower() throws Exception {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      round(seed);
    }
  }

  static void round(long seed) throws Exception {
    {
      SimulatedDisk disk = new SimulatedDisk(seed);
      Model model = new Model(seed, disk);
      StoreOptions options =
          StoreOptions.defaults()
              .withSync(true)
              .withSegmentBytes(1024 << model.random.nextInt(4))
              .withPreallocate(model.random.nextBoolean());
      for (int loss = 0; loss < LOSSES; loss++) {
        String round = "seed " + seed + ", loss " + loss;
        disk.losePowerAfter(model.random.nextInt(600));
        try (SegmentStore store = SegmentStore.open(DIRECTORY, options, disk)) {
          model.use(store);
        } catch (IOException e) {
          if (!disk.powerless()) {
            throw new AssertionError(round, e);
          }
        }
        if (model.random.nextInt(3) == 0) {
          // Killed only: what is found then is promised as soon as the store is open.
          disk.kill();
          try (SegmentStore store = SegmentStore.open(DIRECTORY, options, disk)) {
            model.check(store, round);
            disk.losePowerAfter(0);
          }
        }
        disk.restart();
        try (SegmentStore store = SegmentStore.open(DIRECTORY, options, disk)) {
          model.check(store, round);
        } catch (IOException e) {
          throw new AssertionError(round, e);
        }
      }
    }
  }
}
