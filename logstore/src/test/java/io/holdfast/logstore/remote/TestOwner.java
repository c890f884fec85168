package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * Keeps batches until they are committed and gives them again when it is told to, as an owned log
 * does. Remembers all that it wrote, and whether it was told anything that is not true.
 */
final class TestOwner implements LogBackend.Listener {
  private static final class Batch {
    final long position;
    final byte[] bytes;
    boolean given;

    Batch(long position, byte[] bytes) {
      this.position = position;
      this.bytes = bytes;
    }

    long end() {
      return position + bytes.length;
    }
  }

  final List<Log.Status> statuses = new CopyOnWriteArrayList<>();
  final List<String> reasons = new CopyOnWriteArrayList<>();
  final List<String> lies = new CopyOnWriteArrayList<>();
  private final LogBackend backend;
  private final LongSupplier truth;
  private final ArrayDeque<Batch> queue = new ArrayDeque<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Random random;
  volatile long committed;
  volatile int told;
  volatile String expired = "";
  private long number;
  private long appended;

  /**
   * @param truth how far the log is really committed
   */
  TestOwner(LogBackend backend, LongSupplier truth, long seed) {
    this.backend = backend;
    this.truth = truth;
    this.random = new Random(seed);
  }

  LogBackend.Grant open() throws java.io.IOException {
    LogBackend.Grant grant = backend.open("test", this);
    appended = grant.position();
    committed = grant.position();
    return grant;
  }

  /** A record whose payload follows from its number. */
  static byte[] record(long number, int payload) {
    byte[] bytes = new byte[RecordFlyweight.HEADER_LENGTH + payload];
    for (int i = 0; i < payload; i++) {
      bytes[RecordFlyweight.HEADER_LENGTH + i] = (byte) (number * 31 + i * 7);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    new RecordFlyweight()
        .wrap(buffer, 0)
        .header(RecordKind.RECEIVED, 1, 1_700_000_000_000_000L + number, number, 0, payload)
        .seal();
    return bytes;
  }

  /** Appends a batch of one to four records of up to so many bytes, and gives it. */
  synchronized void append(int most) {
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      batch.writeBytes(record(number++, random.nextInt(most)));
    }
    append(batch.toByteArray());
  }

  synchronized void append(byte[] records) {
    written.writeBytes(records);
    queue.add(new Batch(appended, records));
    appended += records.length;
    give();
  }

  synchronized long appended() {
    return appended;
  }

  synchronized byte[] written() {
    return written.toByteArray();
  }

  synchronized void give() {
    for (Batch batch : queue) {
      if (!batch.given) {
        byte[] array = new byte[LogBackend.PREFIX + batch.bytes.length];
        System.arraycopy(batch.bytes, 0, array, LogBackend.PREFIX, batch.bytes.length);
        if (!backend.submit(batch.position, array, batch.bytes.length)) {
          return;
        }
        batch.given = true;
      }
    }
  }

  @Override
  public void committed(long position) {
    told++;
    if (position > truth.getAsLong()) {
      lies.add("told committed " + position + ", while the log is at " + truth.getAsLong());
    }
    synchronized (this) {
      if (position > appended) {
        lies.add("told committed " + position + " of " + appended);
      }
      queue.removeIf(batch -> batch.end() <= position);
      committed = Math.max(committed, position);
    }
  }

  @Override
  public synchronized void resumed(long position) {
    queue.forEach(batch -> batch.given &= batch.end() <= position);
    give();
  }

  @Override
  public void expired(String reason) {
    expired = reason;
  }

  @Override
  public void status(Log.Status status, String reason) {
    statuses.add(status);
    reasons.add(reason);
  }
}
