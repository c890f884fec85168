package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A collector's pause on this path is a pause of every acknowledgment. */
@Timeout(60)
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;

  private final ByteBuffer payload = ByteBuffer.allocateDirect(1400);
  private final ByteBuffer into = ByteBuffer.allocateDirect(64 << 10);

  private void appendAndRead(FileLog log, LogReader reader, int records) throws Exception {
    for (int i = 1; i <= records; i++) {
      log.append(RecordKind.RECEIVED, 1, i, 1, i, payload, 0, 1400);
      if (i % 10 == 0) {
        log.flush();
        reader.read(into.clear());
      }
    }
  }

  @Test
  void appendingFlushingAndReadingAllocateNothing() throws Exception {
    FileLogOptions options = FileLogOptions.defaults().withLowSpaceBytes(0);
    try (FileLog log = FileLog.open(directory, options);
        LogReader reader = log.reader(0)) {
      appendAndRead(log, reader, 10_000);
      int records = 20_000;
      long before = THREADS.getCurrentThreadAllocatedBytes();
      appendAndRead(log, reader, records);
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as("bytes for %s records", records).isLessThan(records);
    }
  }
}
