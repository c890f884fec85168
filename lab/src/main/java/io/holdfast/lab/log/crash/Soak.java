package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.remote.RemoteBackend;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * So many bytes through a log of three {@code logd}: appended as fast as they commit, read by a
 * reader that follows, and trimmed behind it. One thread appends, one reads.
 */
final class Soak implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int PAYLOAD = 8 << 10;
  private static final int FLUSH_BYTES = 128 << 10;
  private static final long MOST_UNCOMMITTED = 8 << 20;
  private static final long TRIM_EVERY = 64L << 20;
  private static final long KEEP = 128L << 20;
  private static final int NUMBERS = 64;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  /** What it cost, in bytes. */
  record Cost(String member, long largestResident, long resident, long largestDisk) {}

  /** What came of it. */
  record Result(long bytes, long read, double seconds, List<Cost> costs) {}

  private final List<LogdProcess> members = new ArrayList<>();
  private final Map<String, Long> largestDisk = new LinkedHashMap<>();
  private final OwnedLog log;
  private final Consumer<String> progress;
  private volatile long readTo;
  private volatile @Nullable String readFailure;

  /**
   * Starts the members and becomes the owner.
   *
   * @param folder of all files
   */
  Soak(Path folder, Consumer<String> progress) {
    this.progress = progress;
    TlsFiles tls = Loopback.certificate(folder.resolve("tls"));
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (String id : List.of("a", "b", "c")) {
      ports.put(id, Loopback.freePort());
    }
    StringBuilder all = new StringBuilder("members:\n");
    ports.forEach(
        (id, port) ->
            all.append("  - {id: %s, address: \"%s:%d\"}%n".formatted(id, Loopback.HOST, port)));
    String files =
        "tls: {certificate: %s, key: %s, authority: %s}%n"
            .formatted(tls.certificate(), tls.key(), tls.authority());
    boolean complete = false;
    try {
      for (String id : ports.keySet()) {
        String own = "directory: log\nmember: " + id + "\n";
        members.add(LogdProcess.start(id, folder.resolve(id), own + all + files));
        largestDisk.put(id, 0L);
      }
      log =
          OwnedLog.open(
              RemoteBackend.of(
                  new LogConfig.Servers(
                      ports.values().stream()
                          .map(port -> new HostPort(Loopback.HOST, port))
                          .toList(),
                      new LogConfig.Tls(tls.certificate(), tls.key(), tls.authority())),
                  PATIENCE),
              "soak");
      complete = true;
    } catch (IOException e) {
      throw new LabFailure("the log takes no owner", e);
    } finally {
      if (!complete) {
        members.forEach(LogdProcess::close);
      }
    }
  }

  /** Passes so many bytes through. */
  Result run(long bytes) {
    long begun = System.nanoTime();
    Thread reader = Thread.ofPlatform().daemon().name("soak-reader").start(() -> follow(bytes));
    ByteBuffer payload = ByteBuffer.allocate(PAYLOAD);
    long flushed = 0;
    long trimmed = 0;
    long said = begun;
    for (long number = 0; log.appended() < bytes; number++) {
      fill(payload, number);
      log.append(RecordKind.NOTED, 1, number, 0, 0, payload, 0, PAYLOAD);
      if (log.appended() - flushed >= FLUSH_BYTES) {
        flushed = log.appended();
        log.flush();
        awaitRoom();
      }
      if (readTo - trimmed >= TRIM_EVERY + KEEP) {
        trimmed = readTo - KEEP;
        log.trim(trimmed);
      }
      if (System.nanoTime() - said > TimeUnit.SECONDS.toNanos(2)) {
        said = System.nanoTime();
        look();
        progress.accept(progressText());
      }
    }
    log.flush();
    join(reader);
    look();
    double seconds = (System.nanoTime() - begun) * 1e-9;
    return new Result(log.appended(), readTo, seconds, costs());
  }

  private void awaitRoom() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (log.uncommitted() > MOST_UNCOMMITTED || log.appended() - readTo > KEEP) {
      LockSupport.parkNanos(PAUSE_NANOS);
      String failure = readFailure;
      if (failure != null) {
        throw new LabFailure(failure);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new LabFailure(
            "the log stands still at %d of %d, read up to %d: %s"
                .formatted(log.committed(), log.appended(), readTo, log.status()));
      }
    }
  }

  private static void fill(ByteBuffer payload, long number) {
    for (int at = 0; at < NUMBERS; at += Long.BYTES) {
      payload.putLong(at, number ^ at);
    }
    payload.putLong(PAYLOAD - Long.BYTES, ~number);
  }

  private static boolean filled(ByteBuffer buffer, int from, long number) {
    for (int at = 0; at < NUMBERS; at += Long.BYTES) {
      if (buffer.getLong(from + at) != (number ^ at)) {
        return false;
      }
    }
    return buffer.getLong(from + PAYLOAD - Long.BYTES) == ~number;
  }

  /** Reads everything, once, in order. */
  private void follow(long bytes) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
    RecordFlyweight record = new RecordFlyweight();
    long number = 0;
    try (LogReader reader = log.reader(0)) {
      while (readTo < bytes) {
        buffer.clear();
        int count = reader.read(buffer);
        if (count == 0) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        for (int at = 0; at < count; at += record.length()) {
          record.wrap(buffer, at);
          if (record.timeMicros() != number || !filled(buffer, record.payloadIndex(), number)) {
            readFailure =
                "record %d at position %d is not what was appended".formatted(number, readTo + at);
            return;
          }
          number++;
        }
        readTo = reader.position();
      }
    } catch (IOException | RuntimeException e) {
      readFailure = "the reader failed at position " + readTo + ": " + e;
    }
  }

  private void join(Thread reader) {
    try {
      reader.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String failure = readFailure;
    if (failure != null || reader.isAlive()) {
      throw new LabFailure(failure == null ? "the reader stands still at " + readTo : failure);
    }
  }

  private void look() {
    for (LogdProcess member : members) {
      largestDisk.merge(member.id(), member.diskBytes(), Math::max);
    }
  }

  private String progressText() {
    StringBuilder text = new StringBuilder(log.committed() / 1_000_000 + " MB;");
    for (Cost cost : costs()) {
      text.append(
          " %s %d MB resident, %d MB on disk;"
              .formatted(
                  cost.member(), cost.resident() / 1_000_000, cost.largestDisk() / 1_000_000));
    }
    return text.toString();
  }

  private List<Cost> costs() {
    return members.stream()
        .map(
            member ->
                new Cost(
                    member.id(),
                    member.resident(true),
                    member.resident(false),
                    largestDisk.getOrDefault(member.id(), 0L)))
        .toList();
  }

  @Override
  public void close() {
    log.close();
    members.forEach(LogdProcess::close);
  }
}
