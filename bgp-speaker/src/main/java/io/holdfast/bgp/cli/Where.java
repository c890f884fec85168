package io.holdfast.bgp.cli;

import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.logstore.config.ConfigException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Finds the configuration file that was named at the top command, and the instance's folders. */
final class Where {

  static final Path DEFAULT = Path.of("/etc/holdfast/holdfast.yaml");

  private Where() {}

  static Path file(CommandSpec command) {
    return command.root().userObject() instanceof HoldfastCommand top ? top.config : DEFAULT;
  }

  /** The runtime folder and the log's, without loading the validator. */
  static FailoverConfig folders(CommandSpec command) throws ConfigException {
    return FailoverConfig.folders(file(command));
  }
}
