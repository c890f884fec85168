package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast show bgp neighbors [NAME]}. */
@Command(
    name = "neighbors",
    description = "All about each peer, or about one.",
    mixinStandardHelpOptions = true)
final class ShowBgpNeighbors extends Question {

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Name of the peer.")
  @Nullable String name;

  ShowBgpNeighbors() {
    super(Daemon.BGPD, "show.bgp.neighbors");
  }

  @Override
  ObjectNode arguments() {
    ObjectNode arguments = super.arguments();
    return name == null ? arguments : arguments.put("name", name);
  }

  @Override
  void show(JsonNode result, PrintWriter out) {
    String between = "";
    for (JsonNode peer : result.path("neighbors")) {
      out.print(between);
      one(peer, out);
      between = "\n";
    }
  }

  private static void one(JsonNode peer, PrintWriter out) {
    out.printf(
        "%s: %s, AS %s (%s), %s%n",
        Answers.text(peer, "/name"),
        Answers.text(peer, "/address"),
        Answers.text(peer, "/as"),
        peer.path("internal").asBoolean() ? "iBGP" : "eBGP",
        Answers.text(peer, "/state"));
    line(
        out,
        "up",
        Answers.duration(peer, "/uptimeSeconds")
            + ", flaps "
            + Answers.text(peer, "/flaps")
            + ", last down: "
            + Answers.text(peer, "/lastDownReason"));
    line(out, "router-id", Answers.text(peer, "/routerId"));
    line(out, "connection", connection(peer));
    line(
        out,
        "timers",
        "hold %s s, keepalive %s s, offered hold %s s"
            .formatted(
                Answers.text(peer, "/timers/holdTimeSeconds"),
                Answers.text(peer, "/timers/keepaliveSeconds"),
                Answers.text(peer, "/timers/configuredHoldTimeSeconds")));
    line(out, "negotiated", Answers.list(peer, "/capabilities/negotiated"));
    line(out, "they offer", Answers.list(peer, "/capabilities/received"));
    line(out, "we offer", Answers.list(peer, "/capabilities/sent"));
    line(
        out,
        "policies",
        "import %s, export %s"
            .formatted(
                Answers.text(peer, "/policies/import"), Answers.text(peer, "/policies/export")));
    line(
        out,
        "prefixes",
        "%s received, %s accepted, %s sent"
            .formatted(
                Answers.text(peer, "/prefixes/received"),
                Answers.text(peer, "/prefixes/accepted"),
                Answers.text(peer, "/prefixes/sent")));
    line(out, "messages in", messages(peer.at("/messages/received")));
    line(out, "messages out", messages(peer.at("/messages/sent")));
    line(out, "told them", notification(peer, "/lastNotificationSent"));
    line(out, "they told", notification(peer, "/lastNotificationReceived"));
  }

  private static String connection(JsonNode peer) {
    return peer.path("connection").isObject()
        ? "%s, %s - %s (%s)"
            .formatted(
                Answers.text(peer, "/connection/id"),
                Answers.text(peer, "/connection/local"),
                Answers.text(peer, "/connection/remote"),
                peer.at("/connection/active").asBoolean() ? "we connected" : "they connected")
        : "none";
  }

  private static String messages(JsonNode counts) {
    return "%s open, %s update, %s keepalive, %s notification, %s route-refresh"
        .formatted(
            Answers.text(counts, "/open"),
            Answers.text(counts, "/update"),
            Answers.text(counts, "/keepalive"),
            Answers.text(counts, "/notification"),
            Answers.text(counts, "/routeRefresh"));
  }

  private static String notification(JsonNode peer, String pointer) {
    return peer.at(pointer).isObject()
        ? "%s (%s/%s) at %s"
            .formatted(
                Answers.text(peer, pointer + "/text"),
                Answers.text(peer, pointer + "/code"),
                Answers.text(peer, pointer + "/subcode"),
                Answers.text(peer, pointer + "/at"))
        : "no notification";
  }

  private static void line(PrintWriter out, String what, String value) {
    out.printf("  %-12s  %s%n", what, value);
  }
}
