package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Prints the figures of docs/adr/0002-local-log.md. Argument: a folder on the disk in question. */
final class LogThroughput {
  private static final int PAYLOAD = 1400;

  private LogThroughput() {}

  public static void main(String[] arguments) throws Exception {
    Path parent = Path.of(arguments[0]);
    for (int batch : new int[] {1, 16, 256}) {
      append(parent, false, batch, 1_000_000_000L);
    }
    for (int batch : new int[] {1, 16, 256}) {
      append(parent, true, batch, 200_000_000L / (batch == 1 ? 20 : 1));
    }
    largeRecords(parent);
  }

  private static void append(Path parent, boolean sync, int batch, long bytes) throws Exception {
    Path directory = Files.createTempDirectory(parent, "log");
    ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD);
    FileLogOptions options = FileLogOptions.defaults().withSync(sync);
    int records = (int) (bytes / PAYLOAD);
    long[] nanos = new long[records / batch];
    long start = System.nanoTime();
    try (FileLog log = FileLog.open(directory, options)) {
      for (int i = 0; i < nanos.length; i++) {
        long at = System.nanoTime();
        for (int j = 0; j < batch; j++) {
          log.append(RecordKind.RECEIVED, 1, at, 1, i, payload, 0, PAYLOAD);
        }
        log.flush();
        while (log.committed() < log.appended()) {
          Thread.onSpinWait();
        }
        nanos[i] = System.nanoTime() - at;
      }
      report(sync ? "synced" : "unsynced", batch, log.appended(), System.nanoTime() - start, nanos);
    }
    start = System.nanoTime();
    try (FileLog log = FileLog.open(directory, options)) {
      System.out.printf(
          Locale.ROOT,
          "   opened %d MB in %.0f ms%n",
          log.appended() / 1_000_000,
          (System.nanoTime() - start) / 1e6);
      start = System.nanoTime();
      ByteBuffer into = ByteBuffer.allocateDirect(256 << 10);
      try (LogReader reader = log.reader(0)) {
        while (reader.read(into.clear()) > 0) {
          // on to the end
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT, "   read (checked) at %.0f MB/s%n", log.appended() / seconds / 1e6);
    }
    start = System.nanoTime();
    long end = 0;
    try (FileLogScan log = FileLogScan.open(directory)) {
      while (log.next()) {
        end = log.end();
      }
    }
    System.out.printf(
        Locale.ROOT, "   scanned at %.0f MB/s%n", end * 1e3 / (System.nanoTime() - start));
    delete(directory);
  }

  private static void largeRecords(Path parent) throws Exception {
    Path directory = Files.createTempDirectory(parent, "log");
    ByteBuffer payload = ByteBuffer.allocateDirect(60_000);
    long[] nanos = new long[8000];
    long start = System.nanoTime();
    try (FileLog log = FileLog.open(directory, FileLogOptions.defaults())) {
      for (int i = 0; i < nanos.length; i++) {
        long at = System.nanoTime();
        log.append(RecordKind.RECEIVED, 1, at, 1, i, payload, 0, payload.capacity());
        log.flush();
        nanos[i] = System.nanoTime() - at;
      }
      report("unsynced, 60,000 B", 1, log.appended(), System.nanoTime() - start, nanos);
    }
    delete(directory);
  }

  private static void report(String mode, int batch, long bytes, long elapsed, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%s, %d a flush: %.0f MB/s, append to commit p50 %.1f us, p99 %.1f us, max %.1f ms%n",
        mode,
        batch,
        bytes * 1e3 / elapsed,
        nanos[nanos.length / 2] / 1e3,
        nanos[(int) (nanos.length * 0.99)] / 1e3,
        nanos[nanos.length - 1] / 1e6);
  }

  private static void delete(Path directory) throws Exception {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
