package io.holdfast.lab.topology;

import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.LabFailure;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab/up} and {@code lab/down}. */
@Command(
    name = "lab",
    description = "Topologies that stay up to play with.",
    synopsisSubcommandLabel = "COMMAND")
public final class TopologyCommand {
  private static final String PAIR = "pair-of-peers";
  private static final String HELP = "Show this help message and exit.";

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Entry: {@code up TOPOLOGY} or {@code down}. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new TopologyCommand());
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

  @Command(
      name = "up",
      customSynopsis = "lab/up TOPOLOGY [--transport=failover|direct]",
      description = "Brings a topology up, and says how to look at it; it stays until lab/down.")
  int up(
      @Parameters(paramLabel = "TOPOLOGY", description = "pair-of-peers") String topology,
      @Option(
              names = "--transport",
              paramLabel = "TRANSPORT",
              defaultValue = "failover",
              description =
                  "failover: the sessions outlive the speaker; direct: they do not"
                      + " (default: failover).")
          String transport,
      @Option(
              names = {"-h", "--help"},
              usageHelp = true,
              description = HELP)
          boolean help) {
    PrintWriter out = spec.commandLine().getOut();
    if (!topology.equals(PAIR)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "no topology " + topology + "; there is " + PAIR);
    }
    boolean direct = transport.equals("direct");
    if (!direct && !transport.equals("failover")) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--transport is failover or direct, not " + transport);
    }
    PairOfPeers pair = Standing.up(PAIR, direct ? PairSetup.direct() : PairSetup.failover());
    out.println("up; waiting for the sessions");
    out.flush();
    pair.awaitEstablished();
    Standing.stays();
    pair.a().announce(List.of("198.51.100.0/25", "198.51.100.128/25"));
    pair.b().announce(List.of("203.0.113.0/24"));
    describe(out, pair);
    return 0;
  }

  private static void describe(PrintWriter out, PairOfPeers pair) {
    String h = pair.holdfast().namespace().name();
    out.printf("Both sessions are Established. How to look at each:%n%n");
    out.printf("  FRR a    vtysh --vty_socket %s -c 'show bgp summary'%n", pair.a().folder());
    out.printf("  FRR b    vtysh --vty_socket %s -c 'show bgp ipv4 unicast'%n", pair.b().folder());
    out.printf(
        "  Holdfast bin/holdfast --config %s show bgp summary%n", pair.holdfast().configuration());
    out.printf(
        "           bin/holdfast --config %s show failover%n", pair.holdfast().configuration());
    out.printf("  packets  ip netns exec %s tcpdump -ni %s%n", h, PairOfPeers.DEVICE_A);
    out.printf("  files    %s%n%n", pair.workspace().folder());
    out.printf("Make the speaker die: lab/inject kill [--every 3s]. Take it down: lab/down.%n");
  }

  @Command(
      name = "down",
      customSynopsis = "lab/down",
      description = "Takes down whatever is up, and sweeps what killed runs left.")
  int down(
      @Option(
              names = {"-h", "--help"},
              usageHelp = true,
              description = HELP)
          boolean help) {
    PrintWriter out = spec.commandLine().getOut();
    List<Standing> standings = Standing.all();
    if (standings.isEmpty()) {
      out.println("nothing is up");
    }
    for (Standing standing : standings) {
      standing.down();
      out.println(standing.name() + " is down");
    }
    for (String name : Janitor.sweep()) {
      out.println("removed " + name + ", which a killed run had left");
    }
    out.flush();
    return 0;
  }
}
