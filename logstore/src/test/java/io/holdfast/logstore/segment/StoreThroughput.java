package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints what an append costs, against a raw append to a file in the same run. Arguments: a folder
 * on the disk in question; how often to go round (3).
 */
final class StoreThroughput {
  private static final long BYTES = 1_000_000_000L;

  private StoreThroughput() {}

  public static void main(String[] arguments) throws Exception {
    Path parent = Path.of(arguments[0]);
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    for (int round = 0; round < rounds; round++) {
      for (int length : new int[] {1400, 64 << 10, 1 << 20}) {
        int count = (int) (BYTES / length);
        raw(parent, length, count, false);
        store(parent, length, count, new StoreOptions(false, 64 << 20, false, 0));
        store(parent, length, count, new StoreOptions(false, 64 << 20, true, 0));
      }
      for (int length : new int[] {1400, 64 << 10}) {
        raw(parent, length, 2000, true);
        store(parent, length, 2000, new StoreOptions(true, 64 << 20, false, 0));
        store(parent, length, 2000, new StoreOptions(true, 64 << 20, true, 0));
      }
    }
  }

  private static void raw(Path parent, int length, int count, boolean sync) throws Exception {
    Path file = Files.createTempFile(parent, "raw", "");
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    long[] nanos = new long[count];
    long start = System.nanoTime();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long at = 0;
      for (int i = 0; i < count; i++) {
        long before = System.nanoTime();
        at += channel.write(bytes.clear(), at);
        if (sync) {
          channel.force(false);
        }
        nanos[i] = System.nanoTime() - before;
      }
    }
    report("raw file", sync, length, System.nanoTime() - start, nanos);
    Files.delete(file);
  }

  private static void store(Path parent, int length, int count, StoreOptions options)
      throws Exception {
    Path directory = Files.createTempDirectory(parent, "store");
    ByteBuffer payload = Entries.record(1, length);
    long[] nanos = new long[count];
    long elapsed;
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long before = System.nanoTime();
        long index = i + 1;
        store.append(List.of(new Entry(index, 1, EntryKind.RECORDS, (long) i * length, payload)));
        store.awaitDurable(index);
        nanos[i] = System.nanoTime() - before;
      }
      elapsed = System.nanoTime() - start;
    }
    String name = options.preallocate() ? "store, preallocated" : "store, growing";
    report(name, options.sync(), length, elapsed, nanos);
    if (!options.sync()) {
      reading(directory, options);
    }
    delete(directory);
  }

  private static void reading(Path directory, StoreOptions options) throws IOException {
    long start = System.nanoTime();
    try (SegmentStore store = SegmentStore.open(directory, options)) {
      double opened = (System.nanoTime() - start) / 1e6;
      start = System.nanoTime();
      ByteBuffer into = ByteBuffer.allocateDirect(1 << 20);
      try (LogReader reader = store.reader(0, store::position)) {
        while (reader.read(into.clear()) > 0) {
          // on to the end
        }
      }
      double byPosition = store.position() * 1e3 / (System.nanoTime() - start);
      start = System.nanoTime();
      for (long index = 1; index <= store.lastIndex(); index++) {
        store.entry(index);
      }
      double byIndex = store.position() * 1e3 / (System.nanoTime() - start);
      System.out.printf(
          Locale.ROOT,
          "    opened in %.0f ms, read by position %.0f MB/s, by index %.0f MB/s%n",
          opened,
          byPosition,
          byIndex);
    }
  }

  private static void report(String name, boolean sync, int length, long elapsed, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%-20s %-8s %7d B: %5.0f MB/s, p50 %7.1f us, p99 %7.1f us, max %6.1f ms%n",
        name,
        sync ? "synced" : "unsynced",
        length,
        (double) length * nanos.length * 1e3 / elapsed,
        nanos[nanos.length / 2] / 1e3,
        nanos[(int) (nanos.length * 0.99)] / 1e3,
        nanos[nanos.length - 1] / 1e6);
  }

  private static void delete(Path directory) throws IOException {
    SegmentFiles.deleteFolder(Disk.real(), SegmentFiles.segmentsIn(directory));
    SegmentFiles.deleteFolder(Disk.real(), directory);
  }
}
