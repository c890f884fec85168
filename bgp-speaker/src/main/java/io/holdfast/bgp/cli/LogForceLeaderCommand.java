package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.control.ControlClient;
import io.holdfast.logstore.control.ControlException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast log force-leader}: the last resort, so it asks. */
@Command(
    name = "force-leader",
    description =
        "Makes the member that is asked, and those named, the whole log, though no majority agrees."
            + " The last resort when the other members are lost for good.",
    mixinStandardHelpOptions = true)
final class LogForceLeaderCommand extends LogQuestion {
  private static final int WAIT_SECONDS = 30;

  @Option(
      names = "--survivor",
      paramLabel = "ID",
      description =
          "A member that remains, by id or host:port; once for each (default: the one that is asked"
              + " alone).")
  List<String> survivors = new ArrayList<>();

  @Option(names = "--yes", description = "Do not ask.")
  boolean yes;

  @Override
  int ask(ControlClient daemon) throws IOException, ControlException {
    JsonNode members = daemon.ask("log.members", arguments());
    List<String> lost = new ArrayList<>();
    for (JsonNode member : members.path("members")) {
      if (!remains(member)) {
        lost.add(Answers.text(member, "/id") + " at " + Answers.text(member, "/address"));
      }
    }
    if (!yes && !confirmed(lost)) {
      spec.commandLine().getErr().println("holdfast: not confirmed; nothing was changed");
      return Exit.NEGATIVE;
    }
    ObjectNode arguments = arguments().put("confirm", true);
    ArrayNode names = arguments.putArray("survivors");
    survivors.forEach(names::add);
    return LogMembersCommand.Change.await(
        this, daemon, daemon.ask("log.force-leader", arguments), WAIT_SECONDS);
  }

  private boolean remains(JsonNode member) {
    return survivors.isEmpty()
        ? member.path("self").asBoolean()
        : survivors.contains(member.path("id").asText())
            || survivors.contains(member.path("address").asText());
  }

  private boolean confirmed(List<String> lost) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        """
        This gives up %s.
        Entries that only they had are lost for good, though they may have been told committed; they
        must never come back with the folders that they have. What a peer was sent after such an
        entry cannot be taken back: its session is reset.
        Are they lost for good? Type yes: \
        """,
        lost.isEmpty() ? "no member" : String.join(", ", lost));
    err.flush();
    String answer =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    return answer != null && answer.strip().equals("yes");
  }
}
