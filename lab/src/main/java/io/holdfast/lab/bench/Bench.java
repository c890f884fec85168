package io.holdfast.lab.bench;

import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.LabFailure;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

  @Parameters(paramLabel = "NAME", description = "failover or log")
  private String name = "";

  @Option(names = "--json", description = "One JSON object on standard output.")
  private boolean json;

  @Option(
      names = "--only",
      paramLabel = "PART",
      description =
          "Only a part; may be repeated. Of failover: unshaped, shaped, ack, daemons; of log:"
              + " alone, alone-synced, three, three-synced, memory.")
  private @Nullable Set<String> parts;

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
    PrintWriter err = spec.commandLine().getErr();
    long begin = System.nanoTime();
    Consumer<String> progress =
        text -> {
          err.printf(Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - begin) * 1e-9, text);
          err.flush();
        };
    Supplier<List<Figure>> bench = bench(progress);
    Janitor.sweep().forEach(left -> err.println("removed " + left + ", left by a killed run"));
    Surroundings where = Surroundings.now();
    Figures figures = new Figures(name, where, bench.get());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(figures.json().toPrettyString());
      out.flush();
    } else {
      figures.print(out);
    }
    return figures.hold() ? 0 : 1;
  }

  /** The bench of this name; wrong words are told before anything is done. */
  private Supplier<List<Figure>> bench(Consumer<String> progress) {
    return switch (name) {
      case "failover" -> {
        Set<FailoverBench.Part> chosen = chosen(FailoverBench.Part.class);
        FailoverBench.Size size = quick ? FailoverBench.Size.QUICK : FailoverBench.Size.FULL;
        yield () -> new FailoverBench(size, progress).measure(chosen);
      }
      case "log" -> {
        Set<LogBench.Part> chosen = chosen(LogBench.Part.class);
        LogBench.Size size = quick ? LogBench.Size.QUICK : LogBench.Size.FULL;
        yield () -> new LogBench(size, progress).measure(chosen);
      }
      default -> throw wrong("no bench " + name + "; there are failover and log");
    };
  }

  private <P extends Enum<P>> Set<P> chosen(Class<P> all) {
    Set<P> chosen = EnumSet.noneOf(all);
    for (String word : parts == null ? Set.<String>of() : parts) {
      try {
        chosen.add(Enum.valueOf(all, word.toUpperCase(Locale.ROOT).replace('-', '_')));
      } catch (IllegalArgumentException e) {
        throw wrong("no part " + word + " of " + name);
      }
    }
    return chosen.isEmpty() ? EnumSet.allOf(all) : chosen;
  }

  private CommandLine.ParameterException wrong(String what) {
    return new CommandLine.ParameterException(spec.commandLine(), what);
  }
}
