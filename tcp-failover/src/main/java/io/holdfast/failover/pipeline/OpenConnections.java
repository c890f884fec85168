package io.holdfast.failover.pipeline;

import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Closed;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an earlier failoverd left open. Its sockets died with it; this build restores none, so the
 * log must say that they are over before a segment of ours may answer for them.
 */
final class OpenConnections {
  private static final int CHUNK = 1 << 20;

  private OpenConnections() {}

  /**
   * Reads the whole log and appends a Closed record for each connection that has none.
   *
   * @return how many there were
   */
  static int endAll(Log log) throws IOException {
    Map<Long, Long> received = scan(log);
    ByteBuffer payload = ByteBuffer.allocateDirect(Closed.MAX_LENGTH);
    Closed closed = new Closed(Cause.OWNER_LOST, "failoverd ended without closing it");
    int length = closed.encode(payload, 0);
    received.forEach(
        (id, offset) ->
            log.append(
                RecordKind.CLOSED,
                LogStage.FORMAT,
                System.currentTimeMillis() * 1000,
                id,
                offset,
                payload,
                0,
                length));
    log.flush();
    return received.size();
  }

  /** Open connections by id, with the bytes received on each. */
  private static Map<Long, Long> scan(Log log) throws IOException {
    Map<Long, Long> open = new LinkedHashMap<>();
    RecordFlyweight record = new RecordFlyweight();
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    try (LogReader reader = log.reader(log.first())) {
      for (int read = reader.read(chunk);
          read != 0 || reader.awaitMore();
          read = reader.read(chunk)) {
        if (read < 0) {
          chunk = ByteBuffer.allocateDirect(-read);
          continue;
        }
        for (int at = 0; at < read; at += record.length()) {
          note(open, record.wrap(chunk, at));
        }
        chunk.clear();
      }
    }
    return open;
  }

  private static void note(Map<Long, Long> open, RecordFlyweight record) {
    RecordKind kind = RecordKind.of(record.kindCode());
    if (kind == RecordKind.OPENED) {
      open.put(record.stream(), 0L);
    } else if (kind == RecordKind.RECEIVED) {
      open.computeIfPresent(record.stream(), (_, _) -> record.offset() + record.payloadLength());
    } else if (kind == RecordKind.CLOSED) {
      open.remove(record.stream());
    }
  }
}
