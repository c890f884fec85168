package io.holdfast.lab.log;

import io.holdfast.lab.net.LabFailure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab/crash-matrix elections}. */
@Command(
    name = "elections",
    mixinStandardHelpOptions = true,
    description = {
      "Three log servers; the one that leads is killed, stopped, and cut off, while owners append.",
      "Prints how long it takes until a new leader commits. Exit code 1 if anything was lost, or"
          + " if it takes too long."
    })
public final class ElectionsCommand implements Callable<Integer> {
  private static final Duration MEDIAN = Duration.ofSeconds(1);
  private static final Duration P99 = Duration.ofSeconds(3);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rounds",
      defaultValue = "100",
      description = "Rounds of each fault (${DEFAULT-VALUE}).")
  private int rounds = 100;

  @Option(names = "--only", description = "One fault: ${COMPLETION-CANDIDATES}.")
  private List<ElectionFault> only = List.of(ElectionFault.values());

  @Option(names = "--keep", description = "Keeps files and histories, and says where.")
  private boolean keep;

  @Override
  public Integer call() throws Exception {
    if (rounds < 1) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--rounds is 1 or more");
    }
    PrintWriter out = spec.commandLine().getOut();
    Elections.Result result;
    try (Elections elections =
        new Elections(
            line -> {
              out.println(line);
              out.flush();
            })) {
      if (keep) {
        out.println("all is kept in " + elections.keep());
      }
      for (ElectionFault fault : only) {
        for (int i = 0; i < rounds; i++) {
          elections.round(fault);
        }
      }
      result = elections.finish();
    }
    return report(out, result) ? 0 : 1;
  }

  private boolean report(PrintWriter out, Elections.Result result) {
    boolean all = result.findings().isEmpty();
    out.printf(
        Locale.ROOT,
        "%n%-10s %6s %10s %10s %10s  %s%n",
        "fault",
        "rounds",
        "median",
        "p99",
        "longest",
        "median within 1.0 s, p99 within 3 s");
    for (ElectionFault fault : only) {
      List<Long> sorted = result.nanos().getOrDefault(fault, List.of()).stream().sorted().toList();
      if (sorted.isEmpty()) {
        throw new LabFailure("no round of " + fault);
      }
      long median = percentile(sorted, 50);
      long p99 = percentile(sorted, 99);
      boolean holds = median <= MEDIAN.toNanos() && p99 <= P99.toNanos();
      all &= holds;
      out.printf(
          Locale.ROOT,
          "%-10s %6d %10s %10s %10s  %s%n",
          fault.name().toLowerCase(Locale.ROOT),
          sorted.size(),
          millis(median),
          millis(p99),
          millis(sorted.getLast()),
          holds ? "holds: yes" : "holds: no");
    }
    out.printf(
        "%d appends, %d acknowledged, %d batches in the log%n",
        result.appends(), result.acknowledged(), result.batches());
    result.findings().forEach(out::println);
    out.println(
        result.findings().isEmpty()
            ? "nothing that was committed is lost, and nothing is there that should not be: yes"
            : "the log did not keep its word");
    out.flush();
    return all;
  }

  private static String millis(long nanos) {
    return nanos / 1_000_000 + " ms";
  }

  /** The smallest value that so many percent do not exceed. */
  private static long percentile(List<Long> sorted, int percent) {
    return sorted.get((sorted.size() * percent + 99) / 100 - 1);
  }
}
