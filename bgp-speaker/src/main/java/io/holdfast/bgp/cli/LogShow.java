package io.holdfast.bgp.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.logstore.log.OfflineLog;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HexFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast log show}. */
@Command(
    name = "show",
    description =
        "Every record, then each connection: end points, state, what was received and sent.",
    mixinStandardHelpOptions = true)
final class LogShow extends LogReading {

  @Option(names = "--bytes", description = "With the bytes of each record, in hexadecimal.")
  boolean bytes;

  @Option(names = "--connections", description = "The connections only, without the records.")
  boolean connectionsOnly;

  @Override
  void text(OfflineLog log, LogSummary summary, PrintWriter out) throws IOException {
    if (!connectionsOnly) {
      out.printf(
          "%12s  %-27s  %-11s  %10s  %12s  %8s%n",
          "Position", "Time", "Kind", "Connection", "Offset", "Bytes");
    }
    while (log.next()) {
      if (!connectionsOnly) {
        record(log, out);
      }
      summary.add(log.position(), log.record());
    }
    if (!connectionsOnly) {
      out.println();
    }
    summarize(log, summary, out);
  }

  private void record(OfflineLog log, PrintWriter out) {
    RecordFlyweight record = log.record();
    out.printf(
        "%12d  %-27s  %-11s  %10d  %12d  %8d%n",
        log.position(),
        LogSummary.time(record.timeMicros()),
        kind(record),
        record.stream(),
        record.offset(),
        record.payloadLength());
    if (bytes) {
      dump(payload(record), out);
    }
  }

  @Override
  void fields(OfflineLog log, LogSummary summary, JsonGenerator out) throws IOException {
    if (!connectionsOnly) {
      out.writeArrayFieldStart("records");
    }
    while (log.next()) {
      if (!connectionsOnly) {
        record(log, out);
      }
      summary.add(log.position(), log.record());
    }
    if (!connectionsOnly) {
      out.writeEndArray();
    }
    summaryFields(log, summary, out);
  }

  private void record(OfflineLog log, JsonGenerator out) throws IOException {
    RecordFlyweight record = log.record();
    out.writeStartObject();
    out.writeNumberField("position", log.position());
    out.writeStringField("time", LogSummary.time(record.timeMicros()));
    out.writeStringField("kind", kind(record));
    out.writeNumberField("connection", record.stream());
    out.writeNumberField("offset", record.offset());
    out.writeNumberField("length", record.payloadLength());
    if (bytes) {
      out.writeStringField("bytes", HexFormat.of().formatHex(payload(record)));
    }
    out.writeEndObject();
  }

  private static void dump(byte[] payload, PrintWriter out) {
    HexFormat hex = HexFormat.ofDelimiter(" ");
    for (int i = 0; i < payload.length; i += 32) {
      int end = Math.min(payload.length, i + 32);
      out.printf("%12s  %06x  %s%n", "", i, hex.formatHex(payload, i, end));
    }
  }

  private static byte[] payload(RecordFlyweight record) {
    byte[] payload = new byte[record.payloadLength()];
    record.buffer().get(record.payloadIndex(), payload);
    return payload;
  }

  private static String kind(RecordFlyweight record) {
    RecordKind kind = RecordKind.of(record.kindCode());
    return kind == null ? "kind-" + record.kindCode() : kind.name();
  }
}
