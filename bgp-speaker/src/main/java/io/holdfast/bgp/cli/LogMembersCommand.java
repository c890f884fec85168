package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.control.ControlClient;
import io.holdfast.logstore.control.ControlException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code holdfast log members [list|add|remove|replace]}; without a word it lists. */
@Command(
    name = "members",
    description = "The members of the log, and changes of them while it runs.",
    mixinStandardHelpOptions = true,
    subcommands = {
      LogMembersCommand.Listing.class,
      LogMembersCommand.Add.class,
      LogMembersCommand.Remove.class,
      LogMembersCommand.Replace.class
    })
final class LogMembersCommand extends LogQuestion {

  @Override
  int ask(ControlClient daemon) throws IOException, ControlException {
    return list(this, daemon);
  }

  private static int list(LogQuestion question, ControlClient daemon)
      throws IOException, ControlException {
    JsonNode answer = daemon.ask("log.members", arguments());
    if (!question.printed(answer)) {
      Table members = table(answer);
      question.out().print(members.isEmpty() ? "no members are known\n" : members.toString());
      JsonNode change = answer.path("change");
      if (change.isObject()) {
        question
            .out()
            .printf(
                "%nlast change: %s: %s%n",
                Answers.text(change, "/what"), Answers.text(change, "/state"));
      }
    }
    return Exit.OK;
  }

  /** {@code list}. */
  @Command(
      name = "list",
      description = "A line each; the one that was asked has a star.",
      mixinStandardHelpOptions = true)
  static final class Listing extends LogQuestion {
    @Override
    int ask(ControlClient daemon) throws IOException, ControlException {
      return list(this, daemon);
    }
  }

  /** A change, which is begun and then looked at until it has ended. */
  abstract static class Change extends LogQuestion {
    private static final long LOOK_MILLIS = 200;

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        description =
            "How long to wait for the end of the change, which goes on without us (default:"
                + " ${DEFAULT-VALUE}).",
        defaultValue = "600")
    int seconds;

    abstract ObjectNode change();

    @Override
    int ask(ControlClient daemon) throws IOException, ControlException {
      JsonNode answer = daemon.ask("log.members", change());
      return await(this, daemon, answer, seconds);
    }

    /** Prints how the change of this answer ends; 0 done, 1 failed, or not done yet. */
    static int await(LogQuestion question, ControlClient daemon, JsonNode begun, int seconds)
        throws IOException, ControlException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      JsonNode answer = begun;
      while (answer.at("/change/state").asText().equals("running")
          && System.nanoTime() - deadline < 0) {
        pause();
        answer = daemon.ask("log.members", arguments());
      }
      String state = Answers.text(answer, "/change/state");
      if (!question.printed(answer)) {
        question
            .out()
            .printf("%s: %s%s%n", Answers.text(answer, "/change/what"), state, reason(answer));
      }
      return state.equals("done") ? Exit.OK : Exit.NEGATIVE;
    }

    private static String reason(JsonNode answer) {
      return answer.at("/change/error").isTextual()
          ? ": " + Answers.text(answer, "/change/error")
          : "";
    }

    private static void pause() throws IOException {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted; the change goes on", e);
      }
    }

    /** What is no address is a mistake of who asks (exit code 2). */
    final String checked(String address) {
      return HostPort.parse(address)
          .filter(parsed -> !parsed.unspecified())
          .map(HostPort::toString)
          .orElseThrow(
              () ->
                  new ParameterException(
                      spec.commandLine(),
                      "\"%s\" is no address; allowed: host:port or [IPv6]:port"
                          .formatted(Table.printable(address))));
    }
  }

  /** {@code add ID ADDRESS}. */
  @Command(
      name = "add",
      description =
          "Adds a member: it runs already, with an empty folder, and with itself among its"
              + " configured members. Waits until it has caught up.",
      mixinStandardHelpOptions = true)
  static final class Add extends Change {
    @Parameters(paramLabel = "ID", description = "What it is called.")
    String id = "";

    @Parameters(paramLabel = "ADDRESS", description = "Its host:port.")
    String address = "";

    @Override
    ObjectNode change() {
      return arguments().put("action", "add").put("id", id).put("address", checked(address));
    }
  }

  /** {@code remove ID}. */
  @Command(
      name = "remove",
      description = "Removes a member, which need not live.",
      mixinStandardHelpOptions = true)
  static final class Remove extends Change {
    @Parameters(paramLabel = "ID", description = "Its id, or its host:port.")
    String id = "";

    @Override
    ObjectNode change() {
      return arguments().put("action", "remove").put("id", id);
    }
  }

  /** {@code replace OLD ID ADDRESS}. */
  @Command(
      name = "replace",
      description = "Puts a new member, as for add, in the place of another, in one step.",
      mixinStandardHelpOptions = true)
  static final class Replace extends Change {
    @Parameters(paramLabel = "OLD", description = "Id or host:port of the one that goes.")
    String old = "";

    @Parameters(paramLabel = "ID", description = "What the new one is called.")
    String id = "";

    @Parameters(paramLabel = "ADDRESS", description = "Its host:port.")
    String address = "";

    @Override
    ObjectNode change() {
      return arguments()
          .put("action", "replace")
          .put("old", old)
          .put("id", id)
          .put("address", checked(address));
    }
  }
}
