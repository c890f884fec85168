package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.bgp.config.SpeakerConfig;
import io.holdfast.logstore.config.ConfigException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast config check}. */
@Command(
    name = "config",
    description = "Works on the configuration file.",
    mixinStandardHelpOptions = true,
    subcommands = ConfigCommand.Check.class)
final class ConfigCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw HoldfastCommand.needsCommand(spec);
  }

  @Command(
      name = "check",
      description = "Tells everything that is wrong with the file; exits with 2 if anything is.",
      mixinStandardHelpOptions = true)
  static final class Check implements Callable<Integer> {

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      Path file = Where.file(spec);
      ObjectNode result = Question.JSON.createObjectNode().put("file", file.toString());
      try {
        SpeakerConfig config = SpeakerConfig.load(file);
        result.put("valid", true).putArray("problems");
        List<String> warnings = config.failover().log().warnings();
        warnings.forEach(result.putArray("warnings")::add);
        if (!json) {
          warnings.forEach(w -> spec.commandLine().getErr().println("warning: " + w));
        }
        out.println(
            json
                ? Question.versioned(result)
                : "%s: valid, %d peers".formatted(file, config.peers().size()));
        return Exit.OK;
      } catch (ConfigException e) {
        result.put("valid", false);
        e.problems().forEach(result.putArray("problems")::add);
        if (json) {
          out.println(Question.versioned(result));
        } else {
          spec.commandLine().getErr().println(e.getMessage());
        }
        return Exit.USAGE;
      }
    }
  }
}
