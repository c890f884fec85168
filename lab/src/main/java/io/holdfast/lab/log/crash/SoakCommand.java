package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Workspace;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab/soak log}. */
@Command(
    name = "lab/soak",
    mixinStandardHelpOptions = true,
    description = {
      "Passes gigabytes through a log of three log servers (bin/logd), trimming on.",
      "Ends with 0 if all was read back, and memory and disk stayed within their bounds."
    })
public final class SoakCommand implements Callable<Integer> {
  /** The most that a member may have resident. */
  static final long RESIDENT = 300_000_000;

  /** The most that its files may take while the owner keeps 192 MiB, at 64 MiB a segment. */
  static final long DISK = 1_000_000_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "WHAT", description = "log")
  private String what = "";

  @Option(
      names = "--gigabytes",
      defaultValue = "20",
      description = "How many pass (${DEFAULT-VALUE}).")
  private int gigabytes = 20;

  /** Entry. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new SoakCommand());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (!(failure instanceof LabFailure)) {
            throw failure;
          }
          command.getErr().println("lab/soak: " + failure.getMessage());
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() {
    if (!what.equals("log") || gigabytes < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "lab/soak log [--gigabytes 1 or more]");
    }
    PrintWriter out = spec.commandLine().getOut();
    Janitor.sweep().forEach(name -> out.println("removed " + name + ", left by a killed run"));
    try (Workspace workspace = Workspace.create(Owner.thisProcess(), "soak");
        Soak soak =
            new Soak(
                workspace.folder(),
                text -> {
                  out.println(text);
                  out.flush();
                })) {
      return report(out, soak.run(gigabytes * 1_000_000_000L)) ? 0 : 1;
    }
  }

  private static boolean report(PrintWriter out, Soak.Result result) {
    boolean holds = result.read() == result.bytes();
    out.printf(
        Locale.ROOT,
        "%n%d bytes appended, %d read back, in %.0f s (%.0f MB/s)%n%n",
        result.bytes(),
        result.read(),
        result.seconds(),
        result.bytes() / result.seconds() / 1e6);
    out.printf(
        "%-8s %16s %14s %16s%n", "member", "largest resident", "resident", "largest on disk");
    for (Soak.Cost cost : result.costs()) {
      boolean within = cost.largestResident() <= RESIDENT && cost.largestDisk() <= DISK;
      holds &= within;
      out.printf(
          "%-8s %13d MB %11d MB %13d MB  holds: %s%n",
          cost.member(),
          cost.largestResident() / 1_000_000,
          cost.resident() / 1_000_000,
          cost.largestDisk() / 1_000_000,
          within ? "yes" : "no");
    }
    out.flush();
    return holds;
  }
}
