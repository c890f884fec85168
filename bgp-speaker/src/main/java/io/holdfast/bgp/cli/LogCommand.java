package io.holdfast.bgp.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.failover.records.RecordFormatException;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.log.LogCorruptException;
import io.holdfast.logstore.log.OfflineLog;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast log show|verify}: reads the log, with or without a daemon that writes it. */
@Command(
    name = "log",
    description = "Reads the log offline.",
    mixinStandardHelpOptions = true,
    subcommands = {LogCommand.Show.class, LogCommand.Verify.class})
final class LogCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw HoldfastCommand.needsCommand(spec);
  }

  /** What both share: which log, and what becomes of a damaged one. */
  abstract static class Reading implements Callable<Integer> {

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Option(
        names = "--directory",
        paramLabel = "DIR",
        description = "The log's folder (default: from the configuration file).")
    @Nullable Path directory;

    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
      PrintWriter err = spec.commandLine().getErr();
      try {
        Path folder = directory == null ? Where.folders(spec).log().directory() : directory;
        try (OfflineLog log = OfflineLog.open(folder)) {
          return read(log, spec.commandLine().getOut());
        }
      } catch (ConfigException e) {
        err.println(e.getMessage());
        return Exit.USAGE;
      } catch (NoSuchFileException e) {
        err.println("holdfast: " + e.getFile() + ": no such folder; name one with --directory");
        return Exit.USAGE;
      } catch (LogCorruptException | RecordFormatException e) {
        spec.commandLine().getOut().flush();
        err.println("holdfast: " + Table.printable(String.valueOf(e.getMessage())));
        return Exit.NEGATIVE;
      }
    }

    abstract int read(OfflineLog log, PrintWriter out) throws IOException;
  }

  @Command(
      name = "show",
      description = "Every record, then what was received and sent by connection.",
      mixinStandardHelpOptions = true)
  static final class Show extends Reading {

    @Option(names = "--bytes", description = "With the bytes of each record, in hexadecimal.")
    boolean bytes;

    @Override
    int read(OfflineLog log, PrintWriter out) throws IOException {
      LogSummary summary = new LogSummary();
      if (json) {
        try (JsonGenerator generator = Question.JSON.createGenerator(out)) {
          generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
          json(log, summary, generator);
        }
        out.println();
        return Exit.OK;
      }
      out.printf(
          "%12s  %-27s  %-11s  %10s  %12s  %8s%n",
          "Position", "Time", "Kind", "Connection", "Offset", "Bytes");
      while (log.next()) {
        RecordFlyweight record = log.record();
        out.printf(
            "%12d  %-27s  %-11s  %10d  %12d  %8d%n",
            log.position(),
            time(record),
            kind(record),
            record.stream(),
            record.offset(),
            record.payloadLength());
        if (bytes) {
          dump(payload(record), out);
        }
        summary.add(log.position(), record);
      }
      out.println();
      summarize(log, summary, out);
      return Exit.OK;
    }

    private void json(OfflineLog log, LogSummary summary, JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeNumberField("version", 1);
      out.writeArrayFieldStart("records");
      while (log.next()) {
        RecordFlyweight record = log.record();
        out.writeStartObject();
        out.writeNumberField("position", log.position());
        out.writeStringField("time", time(record));
        out.writeStringField("kind", kind(record));
        out.writeNumberField("connection", record.stream());
        out.writeNumberField("offset", record.offset());
        out.writeNumberField("length", record.payloadLength());
        if (bytes) {
          out.writeStringField("bytes", HexFormat.of().formatHex(payload(record)));
        }
        out.writeEndObject();
        summary.add(log.position(), record);
      }
      out.writeEndArray();
      summaryFields(log, summary, out);
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
  }

  @Command(
      name = "verify",
      description = "Reads every record and checksum; exits with 1 if the log is damaged.",
      mixinStandardHelpOptions = true)
  static final class Verify extends Reading {

    @Override
    int read(OfflineLog log, PrintWriter out) throws IOException {
      LogSummary summary = new LogSummary();
      while (log.next()) {
        summary.add(log.position(), log.record());
      }
      if (json) {
        try (JsonGenerator generator = Question.JSON.createGenerator(out)) {
          generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
          generator.writeStartObject();
          generator.writeNumberField("version", 1);
          summaryFields(log, summary, generator);
          generator.writeEndObject();
        }
        out.println();
      } else {
        summarize(log, summary, out);
      }
      return Exit.OK;
    }
  }

  private static void summarize(OfflineLog log, LogSummary summary, PrintWriter out) {
    out.printf(
        "%d records up to position %d, all intact; %d speakers attached%n",
        summary.records(), log.end(), summary.attachments());
    log.tail()
        .ifPresent(tail -> out.println("behind them, no whole record: " + Table.printable(tail)));
    Table table = new Table("Connection", "Local", "Remote", "State", "Received", "Sent");
    for (Map.Entry<Long, LogSummary.Connection> entry : summary.connections().entrySet()) {
      LogSummary.Connection connection = entry.getValue();
      table.row(
          entry.getKey().toString(),
          connection.local,
          connection.remote,
          connection.state,
          connection.received.toString(),
          connection.sent.toString());
    }
    if (!table.isEmpty()) {
      out.print(table);
    }
    out.flush();
  }

  private static void summaryFields(OfflineLog log, LogSummary summary, JsonGenerator out)
      throws IOException {
    out.writeNumberField("count", summary.records());
    out.writeNumberField("end", log.end());
    out.writeStringField("tail", log.tail().orElse(null));
    out.writeArrayFieldStart("connections");
    for (Map.Entry<Long, LogSummary.Connection> entry : summary.connections().entrySet()) {
      out.writeStartObject();
      out.writeNumberField("id", entry.getKey());
      out.writeStringField("local", entry.getValue().local);
      out.writeStringField("remote", entry.getValue().remote);
      out.writeStringField("state", entry.getValue().state);
      ranges("received", entry.getValue().received, out);
      ranges("sent", entry.getValue().sent, out);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void ranges(String name, ByteRanges ranges, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart(name);
    for (ByteRanges.Range range : ranges.ranges()) {
      out.writeStartObject();
      out.writeNumberField("from", range.from());
      out.writeNumberField("to", range.to());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static String time(RecordFlyweight record) {
    return Instant.EPOCH.plus(record.timeMicros(), ChronoUnit.MICROS).toString();
  }

  private static String kind(RecordFlyweight record) {
    RecordKind kind = RecordKind.of(record.kindCode());
    return kind == null ? "kind-" + record.kindCode() : kind.name();
  }
}
