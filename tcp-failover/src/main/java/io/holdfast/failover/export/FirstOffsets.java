package io.holdfast.failover.export;

import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import org.agrona.collections.Long2LongHashMap;

/**
 * Where the streams of each connection begin in a log that was trimmed: what a first reading of it
 * finds out, so that the capture need not acknowledge a beginning that is not there. Owned by one
 * thread.
 */
public final class FirstOffsets {
  private static final long NONE = -1;

  private final Long2LongHashMap received = new Long2LongHashMap(NONE);
  private final Long2LongHashMap sent = new Long2LongHashMap(NONE);
  private final SentFlyweight flyweight = new SentFlyweight();

  /** Knows of no stream: each begins at 0. */
  public FirstOffsets() {}

  /**
   * The next record of the log.
   *
   * @throws io.holdfast.failover.records.RecordFormatException if it cannot be read
   */
  public void take(long position, RecordFlyweight record) {
    RecordKind kind = RecordKind.of(record.kindCode());
    if (kind == RecordKind.SENT) {
      flyweight.wrap(record, position);
      for (int i = 0; i < flyweight.count(); i++) {
        first(sent, flyweight.connection(i), flyweight.offset(i));
      }
    } else if (kind == RecordKind.OPENED) {
      first(received, record.stream(), 0);
      first(sent, record.stream(), 0);
    } else if (kind == RecordKind.RECEIVED
        || kind == RecordKind.PEER_CLOSED
        || kind == RecordKind.CLOSED) {
      first(received, record.stream(), record.offset());
    }
  }

  private static void first(Long2LongHashMap offsets, long connection, long offset) {
    if (offset >= 0) {
      offsets.putIfAbsent(connection, offset);
    }
  }

  /** Of the peer's stream. */
  long received(long connection) {
    return Math.max(0, received.get(connection));
  }

  /** Of ours. */
  long sent(long connection) {
    return Math.max(0, sent.get(connection));
  }
}
