package io.holdfast.failover.restore;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.FourTuple;
import io.holdfast.failover.connection.OutputQueue;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Attached;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.Progress;
import io.holdfast.failover.records.RecordFormatException;
import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the log says is open, by reading all of it once: the connections with their offsets and the
 * bytes that the peer may lack, the service, the last speaker's epoch.
 */
public final class LoggedConnections {
  /** The next timestamp is ahead by this much, so that a clock that was set back does no harm. */
  private static final long TSVAL_MARGIN_MILLIS = 10_000;

  private static final int CHUNK = 1 << 20;

  /** Without window scaling, and before anything is known. */
  private static final int PLAIN_WINDOW = 0xffff;

  private static final long TSVAL_MASK = 0xffff_ffffL;

  /** One that may have to be restored. */
  private static final class Logged {
    final Opened opened;
    final long openedAt;
    final OutputQueue output = new OutputQueue();
    long received;
    boolean peerClosed;
    long window;
    long tsval;
    long tsvalMicros;
    @Nullable Armed armed;
    @Nullable Cause cause;

    Logged(Opened opened, long openedAt, long micros) {
      this.opened = opened;
      this.openedAt = openedAt;
      this.tsval = opened.ours().tsval();
      this.tsvalMicros = micros;
    }

    void progress(Progress progress, long micros) {
      long more = Math.min(progress.acknowledged(), output.tail()) - output.head();
      output.consumed((int) Math.max(0, more));
      window = progress.window();
      tsval = progress.tsval();
      tsvalMicros = micros;
    }

    /** What the peer was to hear before its connection ends, it may not have. */
    boolean owed() {
      boolean orderly =
          cause == Cause.LOCAL_CLOSE || cause == Cause.STAND_IN_LIMIT || cause == Cause.SILENCE;
      return cause == null || (orderly && output.size() > 0);
    }
  }

  private final Map<Long, Logged> open = new LinkedHashMap<>();
  private final RecordFlyweight record = new RecordFlyweight();
  private final SentFlyweight sent = new SentFlyweight();
  private final long nowNanos;
  private final long nowMicros;
  private @Nullable ServiceSpec service;
  private long epoch;
  private final List<Connection> connections = new ArrayList<>();
  private final List<Restorable> restorables = new ArrayList<>();

  private LoggedConnections(long nowNanos, long nowMicros) {
    this.nowNanos = nowNanos;
    this.nowMicros = nowMicros;
  }

  /**
   * Reads the log from its first record to its end.
   *
   * <p>What this build can't read is an error that names the record's position.
   *
   * @param nowNanos the time, by System.nanoTime
   * @param nowMicros the time since 1970, in microseconds
   */
  public static LoggedConnections read(Log log, long nowNanos, long nowMicros) throws IOException {
    LoggedConnections all = new LoggedConnections(nowNanos, nowMicros);
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    long position = log.first();
    try (LogReader reader = log.reader(position)) {
      for (int read = reader.read(chunk);
          read != 0 || reader.awaitMore();
          read = reader.read(chunk)) {
        if (read < 0) {
          chunk = ByteBuffer.allocateDirect(-read);
          continue;
        }
        for (int at = 0; at < read; at += all.record.length()) {
          all.record.wrap(chunk, at);
          all.fold(position + at);
        }
        position += Math.max(read, 0);
        chunk.clear();
      }
    } catch (RecordFormatException e) {
      throw new IOException("the log cannot be restored from: " + e.getMessage(), e);
    }
    all.open.forEach(all::restorable);
    return all;
  }

  /** In the order in which they were opened, for the pipeline. */
  public List<Connection> connections() {
    return connections;
  }

  /** What was registered last, or null. */
  public @Nullable ServiceSpec service() {
    return service;
  }

  /** Of the last speaker, 0 if there was none. */
  public long epoch() {
    return epoch;
  }

  List<Restorable> restorables() {
    return restorables;
  }

  private void fold(long position) {
    RecordKind kind = RecordKind.of(record.kindCode());
    if (kind == null) {
      return;
    }
    long id = record.stream();
    Logged logged = open.get(id);
    switch (kind) {
      case OPENED ->
          open.put(id, new Logged(Opened.decode(record, position), position, record.timeMicros()));
      case SENT -> sent(position);
      case REGISTERED -> service = ServiceSpec.decode(record, position);
      case ATTACHED -> epoch = Attached.decode(record, position).epoch();
      case RECEIVED, PEER_CLOSED, ARMED, PROGRESS, CLOSED -> {
        if (logged != null) {
          fold(kind, logged, position);
        }
      }
      case NOTED, CHECKPOINT, QUARANTINED -> {
        // nothing that a socket is made of
      }
    }
  }

  private void fold(RecordKind kind, Logged logged, long position) {
    switch (kind) {
      case RECEIVED -> logged.received = record.offset() + record.payloadLength();
      case PEER_CLOSED -> logged.peerClosed = true;
      case ARMED -> {
        Armed armed = Armed.decode(record, position);
        logged.armed = armed.on() ? armed : null;
      }
      case PROGRESS -> {
        Progress progress = Progress.decode(record, position);
        logged.progress(progress, record.timeMicros());
        if (progress.over()) {
          open.remove(record.stream());
        }
      }
      case CLOSED -> {
        logged.cause = Closed.decode(record, position).cause();
        logged.armed = null;
        if (!logged.owed()) {
          open.remove(record.stream());
        }
      }
      default -> throw new AssertionError(kind);
    }
  }

  private void sent(long position) {
    sent.wrap(record, position);
    for (int i = 0; i < sent.count(); i++) {
      Logged target = open.get(sent.connection(i));
      if (target != null) {
        target.output.add(sent.buffer(), sent.bytesIndex(), sent.bytesLength());
        target.armed = sent.last() ? null : target.armed;
      }
    }
  }

  private void restorable(long id, Logged logged) {
    Opened opened = logged.opened;
    FourTuple key =
        FourTuple.of(
            opened.local().address(),
            opened.local().port(),
            opened.remote().address(),
            opened.remote().port());
    Connection connection = new Connection(id, key, opened, logged.openedAt, nowNanos);
    OutputQueue output = logged.output;
    long acknowledged = output.head();
    connection.restored(logged.received, logged.peerClosed, acknowledged);
    ByteBuffer bytes = ByteBuffer.allocateDirect(output.size());
    while (output.size() > 0) {
      int length = output.contiguous(output.tail());
      bytes.put(bytes.position(), output.buffer(), output.headIndex(), length);
      bytes.position(bytes.position() + length);
      output.consumed(length);
    }
    connection.restoredOutput(bytes, 0, bytes.capacity());
    connection.arm(logged.armed);
    if (logged.cause != null) {
      connection.closing(logged.cause, nowNanos);
      connection.closeStable();
    }
    connections.add(connection);
    restorables.add(
        new Restorable(
            connection,
            opened,
            logged.received,
            logged.peerClosed,
            acknowledged,
            bytes,
            window(logged),
            tsval(logged),
            nowNanos));
  }

  /** Twice what is known, for it may have grown since: an edge is never taken back. */
  private static int window(Logged logged) {
    int scale = Math.max(0, logged.opened.ours().windowScale());
    boolean scaled = logged.opened.theirs().windowScale() >= 0;
    long largest = scaled ? (long) PLAIN_WINDOW << scale : PLAIN_WINDOW;
    return (int) Math.min(Math.max(2 * logged.window, PLAIN_WINDOW), largest);
  }

  private long tsval(Logged logged) {
    long elapsed = Math.max(0, nowMicros - logged.tsvalMicros) / 1000;
    return logged.tsval + elapsed + TSVAL_MARGIN_MILLIS & TSVAL_MASK;
  }
}
