package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.failover.export.ConnectionTotals;
import io.holdfast.failover.export.FirstOffsets;
import io.holdfast.failover.export.LogExport;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.RecordFormatException;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.log.OfflineLog;
import io.holdfast.logstore.segment.LogCorruptException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast log export}. */
@Command(
    name = "export",
    description =
        "Writes both directions of connections as a packet capture, made from the log alone.",
    mixinStandardHelpOptions = true)
final class LogExportCommand implements Callable<Integer> {
  private static final int BGP_PORT = 179;
  private static final int OUTPUT_BUFFER = 1 << 18;

  /** Which connections. */
  static final class Selection {
    @Option(
        names = "--connection",
        paramLabel = "ID",
        description = "This connection (log show --connections names them); may be repeated.")
    List<Long> ids = new ArrayList<>();

    @Option(names = "--all", description = "Every connection of the log (the default).")
    boolean all;
  }

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  Selection selection = new Selection();

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "The log's folder (default: from the configuration file).")
  @Nullable Path directory;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      required = true,
      description = "The capture (pcap); what is there is overwritten.")
  Path output = Path.of("");

  @Option(names = "--json", description = "Print the summary as JSON.")
  boolean json;

  @Spec CommandSpec spec = CommandSpec.create();

  /** What was written, and what stopped it. */
  private record Outcome(List<ConnectionTotals> connections, @Nullable String damage) {}

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Outcome outcome;
    try {
      Path folder = directory == null ? Where.folders(spec).log().directory() : directory;
      FirstOffsets first = firstOffsets(folder);
      try (OfflineLog log = OfflineLog.open(folder)) {
        outcome = export(log, first);
      }
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return Exit.USAGE;
    } catch (NoSuchFileException e) {
      err.println("holdfast: " + e.getFile() + ": no such folder");
      return Exit.USAGE;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(summary(outcome));
    } else {
      show(outcome, out);
    }
    out.flush();
    Set<Long> missing = new HashSet<>(selection.ids);
    outcome.connections().forEach(connection -> missing.remove(connection.id()));
    missing.forEach(id -> err.println("holdfast: no connection " + id + " in the log"));
    if (outcome.damage() != null) {
      err.println("holdfast: " + Table.printable(outcome.damage()));
    }
    return missing.isEmpty() && outcome.damage() == null ? Exit.OK : Exit.NEGATIVE;
  }

  /** Needs a reading of its own, but only of a log whose beginning was trimmed. */
  private static FirstOffsets firstOffsets(Path folder) throws IOException {
    FirstOffsets first = new FirstOffsets();
    try (OfflineLog log = OfflineLog.open(folder)) {
      boolean trimmed = false;
      while (log.next() && (trimmed || log.position() > 0)) {
        trimmed = true;
        first.take(log.position(), log.record());
      }
    } catch (LogCorruptException | RecordFormatException e) {
      // The export itself comes to the same place, and says so.
    }
    return first;
  }

  private Outcome export(OfflineLog log, FirstOffsets first) throws IOException {
    Set<Long> ids = Set.copyOf(selection.ids);
    try (OutputStream file =
        new BufferedOutputStream(Files.newOutputStream(output), OUTPUT_BUFFER)) {
      LogExport export =
          new LogExport(file, id -> ids.isEmpty() || ids.contains(id), BGP_PORT, first);
      try {
        while (log.next()) {
          export.take(log.position(), log.record());
        }
      } catch (LogCorruptException | RecordFormatException e) {
        return new Outcome(export.connections(), String.valueOf(e.getMessage()));
      }
      return new Outcome(export.connections(), null);
    }
  }

  private void show(Outcome outcome, PrintWriter out) {
    long packets = outcome.connections().stream().mapToLong(ConnectionTotals::packets).sum();
    out.printf("%s: %d packets%n", Table.printable(output.toString()), packets);
    Table table =
        new Table("Connection", "Local", "Remote", "State", "Packets", "Received", "Sent");
    for (ConnectionTotals connection : outcome.connections()) {
      table.row(
          Long.toString(connection.id()),
          connection.isWhole() ? connection.local().toString() : "?",
          connection.isWhole() ? connection.remote().toString() : "?",
          state(connection.cause()),
          Long.toString(connection.packets()),
          Long.toString(connection.received()),
          Long.toString(connection.sent()));
    }
    out.print(table.isEmpty() ? "no connections\n" : table.toString());
    for (ConnectionTotals connection : outcome.connections()) {
      if (!connection.isWhole()) {
        out.printf(
            "connection %d: the log has no longer its beginning: no handshake; %s and %s stand for"
                + " its end points%n",
            connection.id(), connection.local(), connection.remote());
      }
      if (connection.gaps() > 0) {
        out.printf(
            "connection %d: %d bytes are not in the log, in %d gaps%n",
            connection.id(), connection.missing(), connection.gaps());
      }
    }
  }

  private static String state(@Nullable Cause cause) {
    return cause == null ? "open" : "closed: " + cause.name();
  }

  private ObjectNode summary(Outcome outcome) {
    ObjectNode summary = Question.JSON.createObjectNode().put("version", 1);
    summary.put("output", output.toString());
    summary.put(
        "packets", outcome.connections().stream().mapToLong(ConnectionTotals::packets).sum());
    summary.put("damage", outcome.damage());
    ArrayNode connections = summary.putArray("connections");
    for (ConnectionTotals connection : outcome.connections()) {
      connections
          .addObject()
          .put("id", connection.id())
          .put("local", connection.local().toString())
          .put("remote", connection.remote().toString())
          .put("state", state(connection.cause()))
          .put("whole", connection.isWhole())
          .put("packets", connection.packets())
          .put("received", connection.received())
          .put("sent", connection.sent())
          .put("gaps", connection.gaps())
          .put("missing", connection.missing());
    }
    return summary;
  }
}
