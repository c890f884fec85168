package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code holdfast show bgp summary}. */
@Command(
    name = "summary",
    description = "The router and its peers, a line each.",
    mixinStandardHelpOptions = true)
final class ShowBgpSummary extends Question {

  ShowBgpSummary() {
    super(Daemon.BGPD, "show.bgp.summary");
  }

  @Override
  void show(JsonNode result, PrintWriter out) {
    out.printf(
        "AS %s, router-id %s, transport %s, epoch %s, %s%n",
        Answers.text(result, "/router/as"),
        Answers.text(result, "/router/routerId"),
        Answers.text(result, "/transport"),
        Answers.text(result, "/epoch"),
        result.path("active").asBoolean() ? "active" : "replaying");
    out.printf(
        "%s routes received, %s in use%n%n",
        Answers.text(result, "/routes/adjRibIn"), Answers.text(result, "/routes/locRib"));
    Table table =
        new Table(
            "Peer", "Address", "AS", "State", "Up", "PfxRcd", "PfxSnt", "MsgRcd", "MsgSnt",
            "Flaps");
    for (JsonNode peer : result.path("peers")) {
      table.row(
          Answers.text(peer, "/name"),
          Answers.text(peer, "/address"),
          Answers.text(peer, "/as"),
          Answers.text(peer, "/state"),
          Answers.duration(peer, "/uptimeSeconds"),
          Answers.text(peer, "/prefixesReceived"),
          Answers.text(peer, "/prefixesSent"),
          Answers.text(peer, "/messagesReceived"),
          Answers.text(peer, "/messagesSent"),
          Answers.text(peer, "/flaps"));
    }
    out.print(table.isEmpty() ? "no peers are configured\n" : table.toString());
  }
}
