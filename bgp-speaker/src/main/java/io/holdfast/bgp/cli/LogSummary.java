package io.holdfast.bgp.cli;

import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;

/** What a log says of each connection: which bytes were received and sent, and how it ended. */
final class LogSummary {

  /** One connection. */
  static final class Connection {
    final ByteRanges received = new ByteRanges();
    final ByteRanges sent = new ByteRanges();
    String local = "-";
    String remote = "-";
    String state = "open";

    /** Records that are about it. */
    long records;

    /** Of both streams, as often as they are in the log. */
    long bytes;

    /** Of its records; 1970 without one. */
    long firstMicros;

    long lastMicros;

    private void seen(long micros) {
      if (records++ == 0) {
        firstMicros = micros;
      }
      lastMicros = micros;
    }

    private void bytes(ByteRanges into, long offset, long length) {
      into.add(offset, length);
      bytes += length;
    }
  }

  private final Map<Long, Connection> connections = new TreeMap<>();
  private final SentFlyweight sent = new SentFlyweight();
  private long records;
  private long attachments;

  void add(long position, RecordFlyweight record) {
    records++;
    RecordKind kind = RecordKind.of(record.kindCode());
    if (kind == null) {
      return;
    }
    if (record.stream() != 0 && kind != RecordKind.SENT) {
      connection(record.stream()).seen(record.timeMicros());
    }
    switch (kind) {
      case OPENED -> {
        Opened opened = Opened.decode(record, position);
        Connection connection = connection(record.stream());
        connection.local = opened.local().toString();
        connection.remote = opened.remote().toString();
      }
      case RECEIVED -> {
        Connection connection = connection(record.stream());
        connection.bytes(connection.received, record.offset(), record.payloadLength());
      }
      case SENT -> {
        sent.wrap(record, position);
        for (int i = 0; i < sent.count(); i++) {
          Connection connection = connection(sent.connection(i));
          connection.seen(record.timeMicros());
          connection.bytes(connection.sent, sent.offset(i), sent.bytesLength());
        }
      }
      case PEER_CLOSED -> connection(record.stream()).state = "half closed by the peer";
      case CLOSED ->
          connection(record.stream()).state =
              "closed: " + Closed.decode(record, position).cause().name();
      case ATTACHED -> attachments++;
      default -> {}
    }
  }

  long records() {
    return records;
  }

  /** How many speakers attached. */
  long attachments() {
    return attachments;
  }

  Map<Long, Connection> connections() {
    return connections;
  }

  /** A record's time as text. */
  static String time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }

  private Connection connection(long id) {
    return connections.computeIfAbsent(id, i -> new Connection());
  }
}
