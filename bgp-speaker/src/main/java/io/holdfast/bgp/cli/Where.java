package io.holdfast.bgp.cli;

import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.logstore.config.ConfigException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Finds the configuration file that was named at the top command. */
final class Where {

  static final Path DEFAULT = Path.of("/etc/holdfast/holdfast.yaml");

  @Spec(Target.MIXEE)
  @Nullable CommandSpec command;

  Path file() {
    CommandSpec at = command;
    while (at != null && !(at.userObject() instanceof HoldfastCommand)) {
      at = at.parent();
    }
    return at == null ? DEFAULT : ((HoldfastCommand) at.userObject()).config;
  }

  /** The runtime folder of the instance, without loading the validator. */
  Path runtimeDirectory() throws ConfigException {
    return FailoverConfig.folders(file()).runtimeDirectory();
  }

  /** The log folder of the instance, without loading the validator. */
  Path logDirectory() throws ConfigException {
    return FailoverConfig.folders(file()).logDirectory();
  }
}
