package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code holdfast show failover}. */
@Command(
    name = "failover",
    description = "The speaker as failoverd sees it, the log, the gate, and each connection.",
    mixinStandardHelpOptions = true)
final class ShowFailover extends Question {

  ShowFailover() {
    super(Daemon.FAILOVERD, "show.failover");
  }

  @Override
  void show(JsonNode result, PrintWriter out) {
    out.printf(
        "speaker  %s since %s, epoch %s, pid %s, restarts %s%n",
        Answers.text(result, "/speaker/state"),
        Answers.text(result, "/speaker/since"),
        Answers.text(result, "/speaker/epoch"),
        Answers.text(result, "/speaker/pid"),
        Answers.text(result, "/speaker/restarts"));
    out.printf(
        "log      %s, %s to %s, committed %s, in %s%n",
        Answers.text(result, "/log/status"),
        Answers.text(result, "/log/first"),
        Answers.text(result, "/log/appended"),
        Answers.text(result, "/log/committed"),
        Answers.text(result, "/log/directory"));
    out.printf(
        "gate     queue %s, %s held, %s passed, %s dropped, kernel dropped %s and %s%n%n",
        Answers.text(result, "/gate/queue"),
        Answers.text(result, "/gate/held"),
        Answers.text(result, "/gate/passed"),
        Answers.text(result, "/gate/dropped"),
        Answers.text(result, "/gate/kernelQueueDropped"),
        Answers.text(result, "/gate/kernelUserDropped"));
    connections(result, out);
    for (JsonNode alarm : result.path("alarms")) {
      out.printf("alarm  %s  %s%n", Answers.text(alarm, "/time"), Answers.text(alarm, "/text"));
    }
  }

  private static void connections(JsonNode result, PrintWriter out) {
    Table table =
        new Table(
            "Conn",
            "Local",
            "Remote",
            "Service",
            "State",
            "Received",
            "Stable",
            "Sent",
            "Written",
            "Armed",
            "Stand-in");
    for (JsonNode connection : result.path("connections")) {
      table.row(
          Answers.text(connection, "/id"),
          Answers.text(connection, "/local"),
          Answers.text(connection, "/remote"),
          Answers.text(connection, "/service"),
          Answers.text(connection, "/state"),
          Answers.text(connection, "/received"),
          Answers.text(connection, "/committedReceived"),
          Answers.text(connection, "/sent"),
          Answers.text(connection, "/written"),
          Answers.yes(connection, "/armed"),
          Answers.yes(connection, "/standIn"));
    }
    out.print(table.isEmpty() ? "no connections\n" : table.toString());
  }
}
