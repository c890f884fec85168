package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.bgp.wire.nlri.Prefixes;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code holdfast show bgp ipv4 unicast [PREFIX]}. */
@Command(
    name = "unicast",
    description = "The routes; with a prefix or an address those of the longest match.",
    mixinStandardHelpOptions = true)
final class ShowBgpRoutes extends Question {

  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX",
      description = "A prefix or an address; exits with 1 if nothing matches.")
  @Nullable String prefix;

  ShowBgpRoutes() {
    super(Daemon.BGPD, "show.bgp.ipv4.unicast");
  }

  @Override
  ObjectNode arguments() {
    ObjectNode arguments = super.arguments();
    return prefix == null ? arguments : arguments.put("prefix", checked(prefix));
  }

  /** What is no prefix is a mistake of who asks (exit code 2), and no answer of the daemon's. */
  private String checked(String text) {
    try {
      if (text.indexOf('/') < 0) {
        Prefixes.parseAddress(text);
      } else {
        Prefixes.parse(text);
      }
      return text;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  int exit(JsonNode result) {
    return prefix != null && result.path("routes").isEmpty() ? Exit.NEGATIVE : Exit.OK;
  }

  @Override
  void show(JsonNode result, PrintWriter out) {
    Table table =
        new Table(
            "", "Prefix", "Peer", "Next hop", "LocPrf", "MED", "AS path", "Origin", "Decided by");
    for (JsonNode route : result.path("routes")) {
      table.row(
          route.path("best").asBoolean() ? ">" : " ",
          Answers.text(route, "/prefix"),
          route.path("peer").isNull() ? "(here)" : Answers.text(route, "/peer"),
          Answers.text(route, "/nextHop"),
          Answers.text(route, "/localPref"),
          Answers.text(route, "/med"),
          Answers.text(route, "/asPath"),
          Answers.text(route, "/origin"),
          Answers.text(route, "/step"));
    }
    if (table.isEmpty()) {
      out.println(prefix == null ? "no routes" : "no route to " + Table.printable(prefix));
      return;
    }
    out.print(table);
    if (result.path("truncated").asBoolean()) {
      out.println("... and more; name a prefix");
    }
  }
}
