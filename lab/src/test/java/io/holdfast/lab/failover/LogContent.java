package io.holdfast.lab.failover;

import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.Sent;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.logstore.log.OfflineLog;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an offline reader finds in a log, by connection. */
final class LogContent {
  /** A message of the stand-in: when it was appended, in microseconds since 1970, and its text. */
  record StandIn(long micros, String text) {}

  /** One connection's records. */
  static final class Connection {
    final Opened opened;
    final long openedMicros;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    final List<StandIn> standIns = new ArrayList<>();

    /** Epochs of the speakers whose output it carries, without the stand-in's. */
    final List<Long> epochs = new ArrayList<>();

    @Nullable Closed closed;

    Connection(Opened opened, long openedMicros) {
      this.opened = opened;
      this.openedMicros = openedMicros;
    }
  }

  private final Map<Long, Connection> connections = new LinkedHashMap<>();

  private LogContent() {}

  static LogContent read(Path folder) {
    return read(folder, Long.MAX_VALUE);
  }

  /** Only the records that end at this position or before it. */
  static LogContent read(Path folder, long end) {
    LogContent content = new LogContent();
    try (OfflineLog log = OfflineLog.open(folder)) {
      while (log.next() && log.end() <= end) {
        content.take(log.position(), log.record());
      }
    } catch (IOException e) {
      throw new LabFailure("cannot read the log", e);
    }
    return content;
  }

  private void take(long position, RecordFlyweight record) {
    RecordKind kind = RecordKind.of(record.kindCode());
    Connection connection = connections.get(record.stream());
    if (kind == RecordKind.OPENED) {
      connections.put(
          record.stream(), new Connection(Opened.decode(record, position), record.timeMicros()));
    } else if (kind == RecordKind.SENT) {
      sent(Sent.decode(record, position), record.timeMicros());
    } else if (kind == RecordKind.RECEIVED && connection != null) {
      if (record.offset() != connection.received.size()) {
        throw new LabFailure("a gap in what was received, position " + position);
      }
      byte[] bytes = new byte[record.payloadLength()];
      record.buffer().get(record.payloadIndex(), bytes);
      connection.received.writeBytes(bytes);
    } else if (kind == RecordKind.CLOSED && connection != null) {
      connection.closed = Closed.decode(record, position);
    }
  }

  private void sent(Sent sent, long micros) {
    for (Sent.Target target : sent.targets()) {
      Connection connection = connections.get(target.connection());
      if (connection == null || target.offset() != connection.sent.size()) {
        throw new LabFailure("a gap in what was sent on connection " + target.connection());
      }
      connection.sent.writeBytes(sent.bytes());
      if (sent.standIn()) {
        connection.standIns.add(
            new StandIn(
                micros, new String(sent.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1)));
      } else if (!connection.epochs.contains(sent.epoch())) {
        connection.epochs.add(sent.epoch());
      }
    }
  }

  /** Those whose remote end point has this port. */
  List<Connection> of(int remotePort) {
    return connections.values().stream()
        .filter(c -> c.opened.remote().port() == remotePort)
        .toList();
  }

  Connection only(int remotePort) {
    List<Connection> all = of(remotePort);
    if (all.size() != 1) {
      throw new LabFailure(all.size() + " connections with port " + remotePort);
    }
    return all.getFirst();
  }

  int size() {
    return connections.size();
  }
}
