package io.holdfast.lab.bench;

import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.TcpOptions;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * A log with an owner in this process. The records are what failoverd writes: a connection is
 * opened, received bytes follow.
 */
final class LogTarget implements AppendTarget {
  private static final int VERSION = 1;
  private static final long LOOK_NANOS = 20_000_000;
  private static final long LIMIT_NANOS = 60_000_000_000L;

  private final OwnedLog log;
  private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD);
  private final ByteBuffer rest = ByteBuffer.allocate(Closed.MAX_LENGTH);
  private volatile LongConsumer listener = _ -> {};
  private long stream = System.currentTimeMillis();
  private long offset;

  LogTarget(OwnedLog log) {
    this.log = log;
    for (int i = 0; i < PAYLOAD; i++) {
      payload.put(i, (byte) i);
    }
    log.onCommit(position -> listener.accept(position));
    openStream();
    log.flush();
  }

  private void openStream() {
    stream++;
    offset = 0;
    InetAddress any = InetAddress.getLoopbackAddress();
    Opened opened =
        new Opened(
            "bench",
            Endpoint.of(any, 179),
            Endpoint.of(any, (int) (stream & 0xffff)),
            false,
            0,
            0,
            0,
            TcpOptions.NONE,
            TcpOptions.NONE);
    int length = opened.encode(rest, 0);
    log.append(RecordKind.OPENED, VERSION, micros(), stream, 0, rest, 0, length);
  }

  private void closeStream() {
    int length = new Closed(Cause.LOCAL_CLOSE, "").encode(rest, 0);
    log.append(RecordKind.CLOSED, VERSION, micros(), stream, offset, rest, 0, length);
  }

  /** Ends the connection and opens another. */
  void nextStream() {
    closeStream();
    openStream();
    log.flush();
  }

  /**
   * Waits until every member has all, and gives free what is committed, as far as the log gives
   * whole segments free. A member that is behind would have to be sent what is gone as files.
   */
  void rest() throws IOException {
    long begun = System.nanoTime();
    while (log.statistics().members().stream().anyMatch(member -> member.lag() > 0)) {
      if (System.nanoTime() - begun > LIMIT_NANOS) {
        throw new IOException("a member stays behind");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    log.trim(log.committed());
  }

  @Override
  public long end() {
    return log.appended();
  }

  @Override
  public int recordBytes() {
    return RecordFlyweight.HEADER_LENGTH + PAYLOAD;
  }

  @Override
  public void append(int records) {
    for (int i = 0; i < records; i++) {
      log.append(RecordKind.RECEIVED, VERSION, micros(), stream, offset, payload, 0, PAYLOAD);
      offset += PAYLOAD;
    }
    log.flush();
  }

  private static long micros() {
    return System.currentTimeMillis() * 1000;
  }

  @Override
  public void onCommit(LongConsumer to) {
    listener = to;
  }

  @Override
  public void close() {
    closeStream();
    log.close();
  }
}
