package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.logstore.control.ControlClient;
import io.holdfast.logstore.control.ControlException;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code holdfast log status}. */
@Command(
    name = "status",
    description = "The log as a running daemon sees it; exits with 1 unless it is OK.",
    mixinStandardHelpOptions = true)
final class LogStatusCommand extends LogQuestion {

  @Override
  int ask(ControlClient daemon) throws IOException, ControlException {
    JsonNode answer = daemon.ask("log.status", arguments());
    if (!printed(answer)) {
      show(answer);
    }
    return answer.path("status").asText().equals("OK") ? Exit.OK : Exit.NEGATIVE;
  }

  private void show(JsonNode answer) {
    out().printf("status    %s%s%n", Answers.text(answer, "/status"), reason(answer));
    out()
        .printf(
            "member    %s, %s, term %s, index %s%n",
            Answers.text(answer, "/member"),
            Answers.text(answer, "/role"),
            Answers.text(answer, "/term"),
            Answers.text(answer, "/index"));
    out()
        .printf(
            "log       from %s, committed to %s, %s open streams%n",
            Answers.text(answer, "/first"),
            Answers.text(answer, "/committed"),
            Answers.text(answer, "/streams"));
    out().printf("survives  %s%n", Answers.text(answer, "/durability"));
    out().printf("now       %s%n", Answers.text(answer, "/durability-now"));
    out()
        .printf(
            "appended  %s bytes in %s records, committed within %s us (p50), %s us (p99)%n",
            Answers.text(answer, "/bytes"),
            Answers.text(answer, "/records"),
            Answers.text(answer, "/commit-latency-us/p50"),
            Answers.text(answer, "/commit-latency-us/p99"));
    Table members = table(answer);
    if (!members.isEmpty()) {
      out().println();
      out().print(members);
    }
  }

  private static String reason(JsonNode answer) {
    return answer.path("reason").isTextual() ? ": " + Answers.text(answer, "/reason") : "";
  }
}
