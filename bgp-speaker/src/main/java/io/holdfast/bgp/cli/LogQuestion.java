package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.control.ControlClient;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.control.ControlUnreachableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What all commands share that ask whoever has a member of the log: failoverd, or logd where there
 * is no failoverd.
 */
abstract class LogQuestion implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Option(names = "--json", description = "Print the daemon's answer as JSON.")
  boolean json;

  @Option(
      names = "--socket",
      paramLabel = "FILE",
      description =
          "The daemon's control socket (default: failoverd.control, else logd.control, in the"
              + " configured runtime-directory).")
  @Nullable Path socket;

  @Spec CommandSpec spec = CommandSpec.create();

  /** Asks, prints, and returns the exit code. */
  abstract int ask(ControlClient daemon) throws IOException, ControlException;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    try (ControlClient daemon = ControlClient.connect(socket(), PATIENCE)) {
      int exit = ask(daemon);
      spec.commandLine().getOut().flush();
      return exit;
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return Exit.USAGE;
    } catch (ControlUnreachableException e) {
      err.println("holdfast: " + e.getMessage());
      return Exit.UNREACHABLE;
    } catch (ControlException e) {
      err.println("holdfast: " + Table.printable(String.valueOf(e.getMessage())));
      return Exit.NEGATIVE;
    }
  }

  private Path socket() throws ConfigException {
    if (socket != null) {
      return socket;
    }
    Path folder = Where.folders(spec).runtimeDirectory();
    Path logd = folder.resolve("logd.control");
    Path failoverd = folder.resolve("failoverd.control");
    return Files.exists(failoverd) || !Files.exists(logd) ? failoverd : logd;
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Prints the answer as it came; true if that was asked for. */
  boolean printed(JsonNode answer) {
    if (json) {
      out().println(Question.versioned(answer));
    }
    return json;
  }

  static ObjectNode arguments() {
    return Question.JSON.createObjectNode();
  }

  /** The members of an answer, a line each. */
  static Table table(JsonNode answer) {
    Table table = new Table("", "Member", "Address", "Role", "Lag");
    for (JsonNode member : answer.path("members")) {
      table.row(
          member.path("self").asBoolean() ? "*" : "",
          Answers.text(member, "/id"),
          Answers.text(member, "/address"),
          Answers.text(member, "/role"),
          Answers.text(member, "/lag"));
    }
    return table;
  }
}
