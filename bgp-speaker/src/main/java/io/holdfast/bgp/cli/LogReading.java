package io.holdfast.bgp.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonStreamContext;
import io.holdfast.failover.records.RecordFormatException;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.log.OfflineLog;
import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What {@code show} and {@code verify} share: which logs, what becomes of a damaged one, and the
 * table of connections. Several folders (those of the members of one log) are read one after the
 * other; the exit code is the worst of them.
 */
abstract class LogReading implements Callable<Integer> {

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "The log's folder (default: from the configuration file).")
  @Nullable Path directory;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..*",
      description = "The same; several where the log has several members.")
  List<Path> directories = new ArrayList<>();

  @Spec CommandSpec spec = CommandSpec.create();

  /** Prints one log for a person. */
  abstract void text(OfflineLog log, LogSummary summary, PrintWriter out) throws IOException;

  /** Writes the fields of one log into the object that is open. */
  abstract void fields(OfflineLog log, LogSummary summary, JsonGenerator out) throws IOException;

  @Override
  public Integer call() throws IOException {
    List<Path> folders = new ArrayList<>(directories);
    if (directory != null) {
      folders.addFirst(directory);
    }
    if (folders.isEmpty()) {
      try {
        folders.add(Where.folders(spec).log().directory());
      } catch (ConfigException e) {
        spec.commandLine().getErr().println(e.getMessage());
        return Exit.USAGE;
      }
    }
    return json ? readAsJson(folders) : readAsText(folders);
  }

  private int readAsText(List<Path> folders) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    int worst = Exit.OK;
    for (Path folder : folders) {
      if (folders.size() > 1) {
        out.println((folder.equals(folders.getFirst()) ? "" : "\n") + folder + ":");
      }
      LogSummary summary = new LogSummary();
      try (OfflineLog log = OfflineLog.open(folder)) {
        try {
          text(log, summary, out);
        } catch (LogCorruptException | RecordFormatException e) {
          out.printf("%d records up to position %d are intact%n", summary.records(), log.end());
          worst = Math.max(worst, damaged(e));
        }
      } catch (NoSuchFileException e) {
        worst = Math.max(worst, missing(e));
      }
    }
    out.flush();
    return worst;
  }

  private int readAsJson(List<Path> folders) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean several = folders.size() > 1;
    int worst = Exit.OK;
    try (JsonGenerator generator = Question.JSON.createGenerator(out)) {
      generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      generator.writeStartObject();
      generator.writeNumberField("version", 1);
      if (several) {
        generator.writeArrayFieldStart("logs");
      }
      for (Path folder : folders) {
        if (several) {
          generator.writeStartObject();
        }
        worst = Math.max(worst, readAsJson(folder, generator));
        if (several) {
          generator.writeEndObject();
        }
      }
      if (several) {
        generator.writeEndArray();
      }
      generator.writeEndObject();
    }
    out.println();
    out.flush();
    return worst;
  }

  private int readAsJson(Path folder, JsonGenerator generator) throws IOException {
    generator.writeStringField("directory", folder.toString());
    JsonStreamContext object = generator.getOutputContext();
    LogSummary summary = new LogSummary();
    try (OfflineLog log = OfflineLog.open(folder)) {
      try {
        fields(log, summary, generator);
        generator.writeNullField("damage");
        return Exit.OK;
      } catch (LogCorruptException | RecordFormatException e) {
        closeUpTo(object, generator);
        damage(e, generator);
        return damaged(e);
      }
    } catch (NoSuchFileException e) {
      return missing(e);
    }
  }

  /** What was open when the log turned out to be damaged is closed, so that it stays JSON. */
  private static void closeUpTo(JsonStreamContext object, JsonGenerator generator)
      throws IOException {
    while (!generator.getOutputContext().equals(object)) {
      if (generator.getOutputContext().inArray()) {
        generator.writeEndArray();
      } else {
        generator.writeEndObject();
      }
    }
  }

  private static void damage(Exception e, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("damage");
    LogCorruptException where = e instanceof LogCorruptException corrupt ? corrupt : null;
    out.writeStringField("file", where == null ? null : where.file().toString());
    if (where == null) {
      out.writeNullField("byte");
    } else {
      out.writeNumberField("byte", where.offset());
    }
    out.writeStringField("found", e.getMessage());
    out.writeEndObject();
  }

  private int damaged(Exception e) {
    PrintWriter out = spec.commandLine().getOut();
    out.flush();
    spec.commandLine()
        .getErr()
        .println("holdfast: " + Table.printable(String.valueOf(e.getMessage())));
    return Exit.NEGATIVE;
  }

  private int missing(NoSuchFileException e) {
    spec.commandLine()
        .getErr()
        .println("holdfast: " + e.getFile() + ": no such folder; name one with --directory");
    return Exit.USAGE;
  }

  static void summarize(OfflineLog log, LogSummary summary, PrintWriter out) {
    out.printf(
        "%d records up to position %d, all intact; %d speakers attached%n",
        summary.records(), log.end(), summary.attachments());
    log.tail()
        .ifPresent(tail -> out.println("behind them, no whole record: " + Table.printable(tail)));
    Table table =
        new Table(
            "Connection",
            "Local",
            "Remote",
            "State",
            "Received",
            "Sent",
            "Records",
            "Bytes",
            "First",
            "Last");
    for (Map.Entry<Long, LogSummary.Connection> entry : summary.connections().entrySet()) {
      LogSummary.Connection connection = entry.getValue();
      table.row(
          entry.getKey().toString(),
          connection.local,
          connection.remote,
          connection.state,
          connection.received.toString(),
          connection.sent.toString(),
          Long.toString(connection.records),
          Long.toString(connection.bytes),
          LogSummary.time(connection.firstMicros),
          LogSummary.time(connection.lastMicros));
    }
    if (!table.isEmpty()) {
      out.print(table);
    }
    out.flush();
  }

  static void summaryFields(OfflineLog log, LogSummary summary, JsonGenerator out)
      throws IOException {
    out.writeNumberField("count", summary.records());
    out.writeNumberField("end", log.end());
    out.writeStringField("tail", log.tail().orElse(null));
    out.writeArrayFieldStart("connections");
    for (Map.Entry<Long, LogSummary.Connection> entry : summary.connections().entrySet()) {
      LogSummary.Connection connection = entry.getValue();
      out.writeStartObject();
      out.writeNumberField("id", entry.getKey());
      out.writeStringField("local", connection.local);
      out.writeStringField("remote", connection.remote);
      out.writeStringField("state", connection.state);
      ranges("received", connection.received, out);
      ranges("sent", connection.sent, out);
      out.writeNumberField("records", connection.records);
      out.writeNumberField("bytes", connection.bytes);
      out.writeStringField("first", LogSummary.time(connection.firstMicros));
      out.writeStringField("last", LogSummary.time(connection.lastMicros));
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
}
