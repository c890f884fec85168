package io.holdfast.logstore.replication;

import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Records whose payloads are lines of text. */
final class Lines {
  private Lines() {}

  static long now() {
    return System.currentTimeMillis() * 1000;
  }

  static long append(Log log, long stream, String line) {
    return append(log, RecordKind.NOTED, stream, 0, line, now());
  }

  private static long append(
      Log log, RecordKind kind, long stream, long offset, String text, long micros) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return log.append(kind, 1, micros, stream, offset, ByteBuffer.wrap(bytes), 0, bytes.length);
  }

  static void open(Log log, long stream, String endpoint) {
    open(log, stream, endpoint, now());
  }

  static void open(Log log, long stream, String endpoint, long micros) {
    append(log, RecordKind.OPENED, stream, 0, (char) endpoint.length() + endpoint + "...", micros);
  }

  static void received(Log log, long stream, long offset, String text) {
    append(log, RecordKind.RECEIVED, stream, offset, text, now());
  }

  static void closed(Log log, long stream) {
    append(log, RecordKind.CLOSED, stream, 0, "", now());
  }

  static void commit(Log log) {
    log.flush();
    await().atMost(Duration.ofSeconds(30)).until(() -> log.committed() >= log.appended());
  }

  static List<String> read(Log log, long position) throws IOException {
    List<String> lines = new ArrayList<>();
    try (LogReader reader = log.reader(position)) {
      readInto(reader, lines);
    }
    return lines;
  }

  static void readInto(LogReader reader, List<String> lines) throws IOException {
    RecordFlyweight record = new RecordFlyweight();
    ByteBuffer chunk = ByteBuffer.allocate(32 << 10);
    for (int read = reader.read(chunk); read != 0; read = reader.read(chunk)) {
      if (read < 0) {
        chunk = ByteBuffer.allocate(-read);
        continue;
      }
      for (int at = 0; at < read; at += record.length()) {
        record.wrap(chunk, at);
        lines.add(
            StandardCharsets.UTF_8
                .decode(chunk.slice(record.payloadIndex(), record.payloadLength()))
                .toString());
      }
      chunk.clear();
    }
  }
}
