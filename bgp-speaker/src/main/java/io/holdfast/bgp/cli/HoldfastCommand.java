package io.holdfast.bgp.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The main of {@code bin/holdfast}. */
@Command(
    name = "holdfast",
    description = "Asks and checks a Holdfast router.",
    mixinStandardHelpOptions = true,
    version = "holdfast 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:yes",
      "1:a negative answer",
      "2:wrong usage or configuration",
      "3:daemon not reachable"
    },
    subcommands = {ShowCommand.class, LogCommand.class, ConfigCommand.class})
public final class HoldfastCommand implements Runnable {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration file of the instance (default: ${DEFAULT-VALUE}).",
      defaultValue = "/etc/holdfast/holdfast.yaml",
      scope = ScopeType.INHERIT)
  Path config = Where.DEFAULT;

  @Spec CommandSpec spec = CommandSpec.create();

  /** Made by {@link #main}. */
  public HoldfastCommand() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(arguments, out, err);
    out.flush();
    System.exit(code);
  }

  /** Runs one command; for tests too. */
  static int run(String[] arguments, PrintWriter out, PrintWriter err) {
    return new CommandLine(new HoldfastCommand())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              err.println("holdfast: " + Table.printable(String.valueOf(e.getMessage())));
              return Exit.NEGATIVE;
            })
        .execute(arguments);
  }

  /** Without a command there is nothing to do but to say so. */
  @Override
  public void run() {
    throw needsCommand(spec);
  }

  static CommandLine.ParameterException needsCommand(CommandSpec spec) {
    return new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }
}
