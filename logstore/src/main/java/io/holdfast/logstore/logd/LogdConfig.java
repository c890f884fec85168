package io.holdfast.logstore.logd;

import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.config.ConfigFile;
import io.holdfast.logstore.config.ConfigSchema;
import io.holdfast.logstore.config.ConfigSection;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.config.RuntimeDirectory;
import java.nio.file.Path;
import java.util.List;

/**
 * What logd is told: the folder of its control socket, and the log of which it is a member.
 * Immutable, valid.
 *
 * @param file the file that this was read from, absolute
 * @param runtimeDirectory folder of the control socket, absolute; may not exist yet
 * @param log its placement is always {@link LogConfig.Members}
 */
public record LogdConfig(Path file, Path runtimeDirectory, LogConfig log) {

  /** The parts of the schema that logd knows. */
  static final ConfigSchema.Fragment FRAGMENT =
      new ConfigSchema.Fragment(LogdConfig.class, "schema.json");

  /**
   * Reads the parts of {@code file} that logd knows; everything else is left alone.
   *
   * @throws ConfigException with every problem of these parts
   */
  public static LogdConfig load(Path file) throws ConfigException {
    ConfigFile read =
        ConfigFile.read(file, ConfigSchema.partial(List.of(ConfigSchema.LOG, FRAGMENT)));
    RuntimeDirectory.check(read);
    LogConfig.check(read);
    LogConfig.checkFiles(read);
    served(read.root());
    read.accept();
    return new LogdConfig(
        file.toAbsolutePath().normalize(), RuntimeDirectory.of(read), LogConfig.of(read));
  }

  /** A log server without an address that others know would serve nobody. */
  private static void served(ConfigSection root) {
    ConfigSection log = root.section("failover").section("log");
    boolean none = log.sections("members").isEmpty();
    if (log.has("servers") && none) {
      log.problem(
          "servers", "servers in a logd's file; allowed: members, of which this logd is one");
    } else if (root.section("failover").has("log") && none) {
      log.problem("no members in failover.log; a logd is one of them, perhaps the only one");
    }
  }

  /** This machine's member and the others. */
  public LogConfig.Members members() {
    return (LogConfig.Members) log.placement();
  }

  /** logd's control socket. */
  public Path control() {
    return runtimeDirectory.resolve("logd.control");
  }
}
