package io.holdfast.lab.inject;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.Standing;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab/inject}: does a fault to a daemon of the topology that is up. */
@Command(
    name = "lab/inject",
    mixinStandardHelpOptions = true,
    description =
        "Makes a daemon of the topology that is up die (kill, abort, oom, exit) or fall silent (stop, hang, deadlock).")
public final class InjectCommand implements Callable<Integer> {
  private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m)");

  private enum Victim {
    speaker,
    failoverd
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "FAULT",
      description = "kill, stop, cont, term, hang, deadlock, abort, oom or exit")
  private String fault = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DAEMON",
      defaultValue = "speaker",
      description = "speaker (the default) or failoverd")
  private Victim victim = Victim.speaker;

  @Option(
      names = "--every",
      paramLabel = "PAUSE",
      description = "Again and again, with this pause, for example 3s.")
  private String every = "";

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How often at most; 20 where only --every is given.")
  private int count;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "For how long at most, for example 2m.")
  private String span = "";

  /** Entry. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new InjectCommand());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (!(failure instanceof LabFailure)) {
            throw failure;
          }
          command.getErr().println(failure.getMessage());
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() {
    Fault chosen = fault();
    if (victim == Victim.failoverd && (chosen == Fault.HANG || chosen == Fault.DEADLOCK)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), fault + " is for the speaker only");
    }
    Holdfast holdfast = target();
    int times = count > 0 ? count : every.isEmpty() ? 1 : span.isEmpty() ? 20 : Integer.MAX_VALUE;
    long pause = every.isEmpty() ? 0 : duration(every).toNanos();
    long end = span.isEmpty() ? Long.MAX_VALUE : System.nanoTime() + duration(span).toNanos();
    for (int i = 0; i < times && System.nanoTime() < end; i++) {
      long next = System.nanoTime() + pause;
      once(chosen, holdfast);
      while (i + 1 < times && System.nanoTime() < Math.min(next, end)) {
        Waiting.pause();
      }
    }
    return 0;
  }

  private void once(Fault chosen, Holdfast holdfast) {
    PrintWriter out = spec.commandLine().getOut();
    OptionalLong pid = pid(holdfast);
    if (pid.isEmpty()) {
      throw new LabFailure("no " + victim + " is running");
    }
    chosen.inject(pid.getAsLong());
    out.printf(
        "%s  %s %s (process %d)%n",
        LocalTime.now(java.time.ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS),
        fault,
        victim,
        pid.getAsLong());
    out.flush();
  }

  private OptionalLong pid(Holdfast holdfast) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (true) {
      OptionalLong pid = victim == Victim.speaker ? holdfast.speakerPid() : holdfast.failoverdPid();
      if (pid.isPresent() || System.nanoTime() > deadline) {
        return pid;
      }
      Waiting.pause();
    }
  }

  private Fault fault() {
    try {
      return Fault.of(fault);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "no fault "
              + fault
              + "; there are kill, stop, cont, term, hang, deadlock, abort, oom and exit",
          e);
    }
  }

  private static Holdfast target() {
    List<Standing> all = Standing.all();
    if (all.isEmpty()) {
      throw new LabFailure("nothing is up; lab/up pair-of-peers brings one up");
    }
    return all.getFirst().holdfast();
  }

  private Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "a duration looks like 500ms, 3s or 2m, not " + text);
    }
    long value = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(value);
      case "s" -> Duration.ofSeconds(value);
      default -> Duration.ofMinutes(value);
    };
  }
}
