package io.holdfast.lab.log.crash;

import io.holdfast.lab.log.ElectionsCommand;
import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.LabFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code lab/crash-matrix}: the long forms of what the tests do in samples. */
@Command(
    name = "lab/crash-matrix",
    mixinStandardHelpOptions = true,
    description =
        "Kills, stops and cuts off what it finds, many times over, and checks what is left.",
    subcommands = {ElectionsCommand.class, RoundsCommand.class})
public final class CrashMatrixCommand {

  /** Entry. */
  public static void main(String[] arguments) {
    CommandLine line =
        new CommandLine(new CrashMatrixCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (!(failure instanceof LabFailure)) {
            throw failure;
          }
          command.getErr().println("lab/crash-matrix: " + failure.getMessage());
          return 1;
        });
    Janitor.sweep()
        .forEach(name -> line.getOut().println("removed " + name + ", left by a killed run"));
    System.exit(line.execute(arguments));
  }
}
