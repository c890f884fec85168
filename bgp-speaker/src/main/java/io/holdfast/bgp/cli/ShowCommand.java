package io.holdfast.bgp.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code holdfast show ...}: the tree of the questions. */
@Command(
    name = "show",
    description = "Asks a running daemon.",
    mixinStandardHelpOptions = true,
    subcommands = {ShowCommand.Bgp.class, ShowFailover.class})
final class ShowCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw HoldfastCommand.needsCommand(spec);
  }

  @Command(
      name = "bgp",
      description = "Asks the speaker.",
      mixinStandardHelpOptions = true,
      subcommands = {ShowBgpSummary.class, ShowBgpNeighbors.class, Ipv4.class})
  static final class Bgp implements Runnable {

    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw HoldfastCommand.needsCommand(spec);
    }
  }

  @Command(
      name = "ipv4",
      description = "Routes of IPv4.",
      mixinStandardHelpOptions = true,
      subcommands = ShowBgpRoutes.class)
  static final class Ipv4 implements Runnable {

    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw HoldfastCommand.needsCommand(spec);
    }
  }
}
