package io.holdfast.lab.failover;

import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.failover.daemon.Failoverd;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * failoverd with a log whose commits stand still while a file exists: {@code FrozenFailoverd CONFIG
 * FILE}.
 */
public final class FrozenFailoverd {
  private FrozenFailoverd() {}

  /** The process's entry. */
  public static void main(String[] arguments) throws Exception {
    FailoverConfig config = FailoverConfig.load(Path.of(arguments[0]));
    Path frost = Path.of(arguments[1]);
    System.exit(
        Failoverd.serve(
            config, placed -> new Freezable(Failoverd.openLog(placed), frost), System.err));
  }

  /** Passes everything on but the flush, without which nothing commits. */
  private record Freezable(Log log, Path frost) implements Log {
    @Override
    public void flush() {
      if (Files.notExists(frost)) {
        log.flush();
      }
    }

    @Override
    public long append(
        RecordKind kind,
        int version,
        long timeMicros,
        long stream,
        long offset,
        ByteBuffer payload,
        int from,
        int length) {
      return log.append(kind, version, timeMicros, stream, offset, payload, from, length);
    }

    @Override
    public long appended() {
      return log.appended();
    }

    @Override
    public long committed() {
      return log.committed();
    }

    @Override
    public long first() {
      return log.first();
    }

    @Override
    public LogReader reader(long position) throws IOException {
      return log.reader(position);
    }

    @Override
    public void trim(long position) {
      log.trim(position);
    }

    @Override
    public Streams streams() {
      return log.streams();
    }

    @Override
    public LogStatistics statistics() {
      return log.statistics();
    }

    @Override
    public void onCommit(CommitListener listener) {
      log.onCommit(listener);
    }

    @Override
    public void onStatus(StatusListener listener) {
      log.onStatus(listener);
    }

    @Override
    public Status status() {
      return log.status();
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
