package io.holdfast.lab.bench;

import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.LabFailure;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code lab/bench NAME [--json]}. Figures go to standard output, progress to standard error. Ends
 * with 0 when every required figure holds, with 1 when not (or when it could not measure), with 2
 * when it was asked wrongly.
 */
@Command(
    name = "lab/bench",
    mixinStandardHelpOptions = true,
    description = "Measures, and prints name, value, unit, aim and whether it holds.")
public final class Bench implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "failover")
  private String name = "";

  @Option(names = "--json", description = "One JSON object on standard output.")
  private boolean json;

  @Option(
      names = "--only",
      paramLabel = "PART",
      description = "Only a part: ${COMPLETION-CANDIDATES}; may be repeated.")
  private @Nullable Set<FailoverBench.Part> parts;

  @Option(
      names = "--quick",
      description = "One run of a tenth of the bytes: shows that it works, and measures little.")
  private boolean quick;

  /** Entry. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (!(failure instanceof LabFailure)) {
            throw failure;
          }
          command.getErr().println("lab/bench: " + failure.getMessage());
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() {
    if (!name.equals("failover")) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "no bench " + name + "; there is failover");
    }
    PrintWriter err = spec.commandLine().getErr();
    Janitor.sweep().forEach(left -> err.println("removed " + left + ", left by a killed run"));
    Set<FailoverBench.Part> chosen =
        parts == null ? EnumSet.allOf(FailoverBench.Part.class) : parts;
    long begin = System.nanoTime();
    FailoverBench bench =
        new FailoverBench(
            quick ? FailoverBench.Size.QUICK : FailoverBench.Size.FULL,
            text -> {
              err.printf(Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - begin) * 1e-9, text);
              err.flush();
            });
    Surroundings where = Surroundings.now();
    Figures figures = new Figures(name, where, bench.measure(chosen));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(figures.json().toPrettyString());
      out.flush();
    } else {
      figures.print(out);
    }
    return figures.hold() ? 0 : 1;
  }
}
