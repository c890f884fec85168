package io.holdfast.lab.history;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * {@code HistoryMain FILE...} checks the history in the files of one run. Exit codes: 0 it holds, 1
 * it does not, 2 there is no history to check.
 */
public final class HistoryMain {
  private HistoryMain() {}

  /** The process's entry. */
  public static void main(String[] arguments) {
    System.exit(run(arguments, System.out, System.err));
  }

  static int run(String[] arguments, PrintStream out, PrintStream err) {
    if (arguments.length == 0 || arguments[0].startsWith("-")) {
      err.println("usage: HistoryMain FILE...   (JSON lines, see HistoryFile)");
      return 2;
    }
    History history;
    List<Finding> findings;
    try {
      history = HistoryFile.read(Arrays.stream(arguments).map(Path::of).toList());
      findings = HistoryChecker.check(history);
    } catch (IOException | IllegalArgumentException e) {
      err.println(e instanceof HistoryFormatException ? e.getMessage() : e.toString());
      return 2;
    }
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    history.appends().forEach(append -> outcomes.merge(append.outcome(), 1, Integer::sum));
    long batches = 0;
    for (Batch _ : history.log()) {
      batches++;
    }
    out.printf(
        "%d appends (%d acknowledged, %d refused, %d indeterminate), %d reads, %d batches in the"
            + " log%n",
        history.appends().size(),
        outcomes.getOrDefault(Outcome.ACKNOWLEDGED, 0),
        outcomes.getOrDefault(Outcome.REFUSED, 0),
        outcomes.getOrDefault(Outcome.INDETERMINATE, 0),
        history.reads().size(),
        batches);
    findings.forEach(out::println);
    out.println(findings.isEmpty() ? "holds" : "does not hold");
    return findings.isEmpty() ? 0 : 1;
  }
}
