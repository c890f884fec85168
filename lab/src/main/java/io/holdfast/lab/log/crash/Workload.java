package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.BatchId;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.record.RecordKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Owns a log: appends, flushes and trims, as its seed says, until it is told to end. It has a
 * thread of its own, the appending one.
 */
final class Workload implements AutoCloseable {
  /** More than this is not given to a log that does not commit. */
  private static final long MOST_UNCOMMITTED = 4 << 20;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final String CLIENT = "owner";

  private final OwnedLog log;
  private final Journal journal;
  private final Random random;
  private volatile long keepBytes;
  private long trimmed;
  private final long longestRest;
  private final Thread thread;
  private final ByteBuffer payload = ByteBuffer.allocate(Content.LONGEST + 256);
  private long sequence;
  private volatile boolean ending;
  private final CountDownLatch settled = new CountDownLatch(1);
  private volatile boolean abandoned;

  /**
   * @param keepBytes what is older than the last so many bytes is trimmed now and then
   * @param longestRest after most bursts it rests for up to this long, so that what others do
   *     beside it finds a processor; zero to append as fast as it is taken
   */
  Workload(OwnedLog log, Journal journal, long seed, long keepBytes, Duration longestRest) {
    this.log = log;
    this.journal = journal;
    this.random = new Random(seed);
    this.keepBytes = keepBytes;
    this.longestRest = longestRest.toNanos();
    journal.owns(log.epoch(), log.first(), log.committed());
    log.onCommit(position -> journal.committed(position, System.nanoTime()));
    log.onStatus((status, reason) -> journal.status(status.name(), reason));
    if (log.status() != Log.Status.OK) {
      journal.status(log.status().name(), "when it was opened");
    }
    this.thread = Thread.ofPlatform().daemon().name("workload").start(this::run);
  }

  OwnedLog log() {
    return log;
  }

  private void run() {
    while (!ending) {
      switch (random.nextInt(12)) {
        case 0 -> trim();
        case 1 -> LockSupport.parkNanos(random.nextLong(PAUSE_NANOS));
        default -> {
          burst();
          rest();
        }
      }
      while (!ending && log.uncommitted() > MOST_UNCOMMITTED) {
        trim(); // which may be what it waits for
        pause();
      }
    }
    flush();
    while (!abandoned && log.uncommitted() > 0 && log.status() != Log.Status.EXPIRED) {
      pause();
      log.flush();
    }
    settled.countDown();
  }

  private void rest() {
    if (longestRest > 0 && random.nextInt(4) > 0) {
      LockSupport.parkNanos(random.nextLong(longestRest));
    }
  }

  private static void pause() {
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  private void burst() {
    for (int left = 1 + random.nextInt(12); left > 0 && !ending; left--) {
      append(Content.length(random));
    }
    if (random.nextInt(4) > 0) {
      flush();
    }
  }

  private void append(int bytes) {
    BatchId id = new BatchId(CLIENT, log.epoch(), ++sequence);
    Content.payload(id, bytes, payload);
    int length = payload.remaining();
    journal.invoked(
        id, log.appended(), Content.recordLength(length), BatchId.hash(payload), System.nanoTime());
    log.append(RecordKind.NOTED, 1, System.currentTimeMillis() * 1000, 0, 0, payload, 0, length);
  }

  private void flush() {
    journal.flushes();
    log.flush();
  }

  private void trim() {
    long position = log.committed() - keepBytes;
    if (position > log.first() && position > trimmed) {
      trimmed = position;
      journal.trims(position);
      log.trim(position);
    }
  }

  /** From now on so much is kept. */
  void keep(long bytes) {
    keepBytes = bytes;
  }

  /** Appends nothing more, and hands over what it has, again and again until it is committed. */
  void end() {
    ending = true;
  }

  /** Waits until all that was appended is committed, or somebody else owns the log. */
  boolean awaitSettled(Duration limit) {
    try {
      return settled.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends at once; what is not committed yet may become so or not. */
  @Override
  public void close() {
    ending = true;
    abandoned = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
