package io.holdfast.lab.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.LabFailure;
import java.io.Console;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab/demo}. */
@Command(
    name = "lab/demo",
    mixinStandardHelpOptions = true,
    description = {
      "Kills the speaker again and again under a stream of route changes; two FRR peers keep their sessions.",
      "Then does the same to a speaker on plain sockets, whose sessions drop."
    })
public final class DemoCommand implements Callable<Integer> {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--assert", description = "No live view; exit code 1 unless all held.")
  private boolean strict;

  @Option(names = "--json", description = "The result as one JSON object; implies --assert.")
  private boolean json;

  @Option(names = "--seed", description = "Repeats the changes and moments of an earlier run.")
  private @Nullable Long seed;

  @Option(
      names = "--kills",
      defaultValue = "20",
      description = "How many speakers die (${DEFAULT-VALUE}).")
  private int kills = 20;

  @Option(names = "--keep", description = "Keeps captures and logs, and says where.")
  private boolean keep;

  @Option(names = "--no-contrast", description = "Leaves the contrast run out.")
  private boolean withoutContrast;

  /** Entry. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new DemoCommand());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (!(failure instanceof LabFailure)) {
            throw failure;
          }
          command.getErr().println("lab/demo: " + failure.getMessage());
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() {
    if (kills < 1 || kills > 1000) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--kills is 1 to 1000");
    }
    // With --json the result has standard output for itself.
    PrintWriter out = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    boolean terminal =
        !strict
            && !json
            && Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    Janitor.sweep().forEach(name -> out.println("removed " + name + ", left by a killed run"));
    Plan plan = Plan.of(seed == null ? new Random().nextInt(1_000_000) : seed, kills);
    out.printf(
        "seed %d: %d kills in %d stretches of route changes; hold time 9 s%n",
        plan.seed(), plan.kills(), plan.segments().size());
    Demo demo = new Demo(plan, keep);
    List<Performance.Tables> control =
        shown(out, terminal, "Control run: the same route changes, nobody dies", demo::control);
    Outcome protectedRun =
        shown(
            out,
            terminal,
            "Holdfast: the speaker is killed, failoverd keeps the sessions",
            progress -> demo.run(progress, control));
    Outcome contrast =
        withoutContrast
            ? null
            : shown(
                out,
                terminal,
                "Contrast: the speaker is killed on plain sockets (transport: direct)",
                demo::contrast);
    return report(out, plan, protectedRun, contrast);
  }

  private interface Part<T> {
    T perform(Progress progress);
  }

  private static <T> T shown(PrintWriter out, boolean terminal, String title, Part<T> part) {
    Progress progress = new Progress(title);
    try (LiveView _ = LiveView.of(out, terminal, progress)) {
      return part.perform(progress);
    }
  }

  private int report(PrintWriter out, Plan plan, Outcome protectedRun, @Nullable Outcome contrast) {
    List<Verdict> verdicts = new ArrayList<>(protectedRun.verdicts(plan.kills()));
    if (contrast != null) {
      verdicts.addAll(contrast.contrastVerdicts());
    }
    boolean all = verdicts.stream().allMatch(Verdict::holds);
    if (json) {
      spec.commandLine().getOut().println(json(plan, protectedRun, verdicts, all).toPrettyString());
    } else {
      new Summary(out).print(plan, protectedRun, contrast, verdicts);
    }
    out.flush();
    return all ? 0 : 1;
  }

  private static ObjectNode json(Plan plan, Outcome outcome, List<Verdict> verdicts, boolean all) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("version", 1).put("seed", plan.seed()).put("kills", plan.kills()).put("holds", all);
    result
        .put("medianMillisToNextUpdate", outcome.medianSilenceMillis())
        .put("longestMillisToNextUpdate", outcome.longestSilenceMillis());
    ArrayNode list = result.putArray("verdicts");
    for (Verdict verdict : verdicts) {
      list.addObject()
          .put("name", verdict.name())
          .put("holds", verdict.holds())
          .put("detail", verdict.detail());
    }
    return result;
  }
}
