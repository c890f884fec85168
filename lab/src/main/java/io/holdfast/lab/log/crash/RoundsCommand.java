package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Workspace;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab/crash-matrix log}. */
@CommandLine.Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description = {
      "Kills the members of a log with SIGKILL, again and again, and compares what is left with what was promised.",
      "Ends with 0 if all held, with 1 if not; then the folder is kept, and the seed said."
    })
final class RoundsCommand implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rounds",
      defaultValue = "1000",
      description = "How many, over all placements (${DEFAULT-VALUE}).")
  private int rounds = 1_000;

  @Option(names = "--seed", description = "Repeats the choices of an earlier run.")
  private @Nullable Long seed;

  @Option(
      names = "--only",
      paramLabel = "PLACEMENT",
      description = "Only this one: ${COMPLETION-CANDIDATES}; may be repeated.")
  private @Nullable List<Placement> only;

  @Override
  public Integer call() {
    if (rounds < 1) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--rounds is 1 or more");
    }
    PrintWriter out = spec.commandLine().getOut();
    long chosen = seed == null ? new Random().nextInt(1_000_000) : seed;
    long begun = System.nanoTime();
    List<Placement> placements = only == null ? Arrays.asList(Placement.values()) : only;
    out.printf("seed %d: %d rounds on %d placements%n", chosen, rounds, placements.size());
    out.flush();
    try (Workspace workspace = Workspace.create(Owner.thisProcess(), "crash-matrix")) {
      CrashRounds matrix =
          new CrashRounds(
              workspace.folder(), fast(workspace.folder()), chosen, text -> say(out, begun, text));
      List<CrashRounds.Result> results = matrix.play(rounds, placements);
      boolean all = results.stream().allMatch(result -> result.failure() == null);
      if (!all) {
        workspace.stay();
      }
      print(out, results);
      say(
          out,
          begun,
          all ? "all held" : "NOT all held; seed " + chosen + ", " + workspace.folder());
      return all ? 0 : 1;
    }
  }

  private static void say(PrintWriter out, long begun, String text) {
    synchronized (out) {
      out.printf(Locale.ROOT, "%6.1f s  %s%n", (System.nanoTime() - begun) * 1e-9, text);
      out.flush();
    }
  }

  /** A cache of classes, made once, halves the start of a member. Without one it works too. */
  static JavaCommand fast(Path folder) {
    JavaCommand plain = JavaCommand.shortLived();
    Path cache = folder.resolve("member.aot");
    List<String> training =
        new ArrayList<>(plain.with("-XX:AOTCacheOutput=" + cache).of(Training.class));
    training.add(folder.resolve("training").toString());
    boolean made = Command.attempt(training).ok() && Files.exists(cache);
    return made ? plain.with("-XX:AOTCache=" + cache).with("-Xlog:aot=off,cds=off") : plain;
  }

  private static void print(PrintWriter out, List<CrashRounds.Result> results) {
    Map<String, Integer> deaths = new TreeMap<>();
    out.printf(
        "%n%-24s %7s %12s %16s %16s  %s%n",
        "placement", "rounds", "committed", "open: in the log", "open: not in it", "");
    for (CrashRounds.Result result : results) {
      out.printf(
          "%-24s %7d %12d %16d %16d  %s%n",
          result.placement(),
          result.rounds(),
          result.acknowledged(),
          result.survived(),
          result.vanished(),
          result.failure() == null ? "held" : "FAILED");
      result.deaths().forEach((how, count) -> deaths.merge(how, count, Integer::sum));
    }
    out.println();
    out.println("deaths by moment:");
    deaths.forEach((how, count) -> out.printf("  %5d  %s%n", count, how));
    for (CrashRounds.Result result : results) {
      if (result.failure() != null) {
        out.println(result.failure());
      }
    }
  }
}
