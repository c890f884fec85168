package io.holdfast.bgp.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code holdfast log}: reads the log, with or without a daemon that writes it, and asks the daemon
 * that keeps it.
 */
@Command(
    name = "log",
    description = "Reads the log offline, or asks the daemon that keeps it.",
    mixinStandardHelpOptions = true,
    subcommands = {
      LogShow.class,
      LogVerify.class,
      LogExportCommand.class,
      LogStatusCommand.class,
      LogMembersCommand.class,
      LogForceLeaderCommand.class
    })
final class LogCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw HoldfastCommand.needsCommand(spec);
  }
}
