package io.holdfast.bgp.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.logstore.log.OfflineLog;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code holdfast log verify}. */
@Command(
    name = "verify",
    description =
        "Reads every record and checksum; exits with 1 if a log is damaged, and says which file and"
            + " byte.",
    mixinStandardHelpOptions = true)
final class LogVerify extends LogReading {

  @Override
  void text(OfflineLog log, LogSummary summary, PrintWriter out) throws IOException {
    read(log, summary);
    summarize(log, summary, out);
  }

  @Override
  void fields(OfflineLog log, LogSummary summary, JsonGenerator out) throws IOException {
    read(log, summary);
    summaryFields(log, summary, out);
  }

  private static void read(OfflineLog log, LogSummary summary) throws IOException {
    while (log.next()) {
      summary.add(log.position(), log.record());
    }
  }
}
