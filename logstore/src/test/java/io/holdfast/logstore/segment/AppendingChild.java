package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A process that appends for ever, to be killed: it acknowledges on its standard output the index
 * up to which all is durable. Now and then it cuts off what it has not acknowledged, and trims.
 */
final class AppendingChild {
  private AppendingChild() {}

  /** Arguments: folder, whether to sync, seed. */
  public static void main(String[] arguments) throws Exception {
    StoreOptions options = new StoreOptions(Boolean.parseBoolean(arguments[1]), 256 << 10, true, 0);
    Random random = new Random(Long.parseLong(arguments[2]));
    try (SegmentStore store = SegmentStore.open(Path.of(arguments[0]), options)) {
      while (!Thread.currentThread().isInterrupted()) {
        long acknowledged = store.lastIndex();
        append(store, random);
        if (random.nextInt(20) == 0) {
          store.truncateSuffix(acknowledged + random.nextInt(2));
          append(store, random);
        }
        store.awaitDurable(store.lastIndex());
        System.out.println(store.lastIndex());
        if (random.nextInt(50) == 0) {
          store.trim(store.lastIndex() - 500, Long.MAX_VALUE);
        }
      }
    }
  }

  private static void append(SegmentStore store, Random random) throws Exception {
    List<Entry> batch = new ArrayList<>();
    long position = store.position();
    for (long index = store.lastIndex() + 1; batch.size() <= random.nextInt(20); index++) {
      Entry entry =
          new Entry(
              index,
              1,
              EntryKind.RECORDS,
              position,
              Entries.record(index, 36 + random.nextInt(8000)));
      batch.add(entry);
      position = entry.end();
    }
    store.append(batch);
  }
}
