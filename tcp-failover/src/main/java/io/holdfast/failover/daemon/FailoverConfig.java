package io.holdfast.failover.daemon;

import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.config.ConfigFile;
import io.holdfast.logstore.config.ConfigSchema;
import io.holdfast.logstore.config.ConfigSection;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.config.RuntimeDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What failoverd is told, and what all daemons share. Immutable, valid.
 *
 * @param file the file that this was read from, absolute
 * @param runtimeDirectory folder of all sockets, absolute; may not exist yet
 * @param transport who owns the TCP connections
 * @param supervise failoverd starts and restarts the speaker
 * @param standInLimit how long failoverd speaks for an absent speaker
 * @param queue number of the netfilter queue, 0..65535
 * @param ring slots of the event ring, a power of two, 64..512: what they hold must fit into a
 *     stalled log
 * @param log where the log is and how it is kept
 */
public record FailoverConfig(
    Path file,
    Path runtimeDirectory,
    Transport transport,
    boolean supervise,
    Duration standInLimit,
    int queue,
    int ring,
    LogConfig log) {

  /** Who owns the TCP connections. */
  public enum Transport {
    /** failoverd: they outlive the speaker. */
    FAILOVER,
    /** The speaker: they die with it. */
    DIRECT
  }

  /** This module's part of the schema. */
  public static final ConfigSchema.Fragment FRAGMENT =
      new ConfigSchema.Fragment(FailoverConfig.class, "schema.json");

  private static final Duration DEFAULT_STAND_IN_LIMIT = Duration.ofMinutes(10);
  private static final long DEFAULT_QUEUE = 179;
  private static final long DEFAULT_RING = 256;

  /**
   * Reads the parts of {@code file} that failoverd knows; top-level keys of others are left alone.
   *
   * @throws ConfigException with every problem of these parts
   */
  public static FailoverConfig load(Path file) throws ConfigException {
    ConfigFile read =
        ConfigFile.read(file, ConfigSchema.partial(List.of(ConfigSchema.LOG, FRAGMENT)));
    check(read);
    LogConfig.checkFiles(read);
    read.accept();
    return of(file, read);
  }

  /**
   * Reads {@code file} for its folders only, without the validator, for tools that must be quick:
   * whoever wrote it has had it checked by the daemon that runs with it.
   *
   * @throws ConfigException if it is no YAML, or a folder's name is no text
   */
  public static FailoverConfig folders(Path file) throws ConfigException {
    ConfigFile read = ConfigFile.parse(file);
    read.accept();
    ConfigSection root = read.root();
    boolean plain = !root.has("runtime-directory") || root.text("runtime-directory").isPresent();
    return plain ? of(file, read, LogConfig.folderOf(read)) : load(file);
  }

  /** Notes what is wrong beyond the schema. For a loader that knows this part among others. */
  public static void check(ConfigFile file) {
    RuntimeDirectory.check(file);
    LogConfig.check(file);
    ConfigSection failover = file.root().section("failover");
    failover
        .duration("stand-in-limit")
        .filter(Duration::isZero)
        .ifPresent(
            d ->
                failover.problem(
                    "stand-in-limit", "a stand-in-limit of nothing; allowed: more than 0"));
  }

  /** The model of a file that was accepted. For a loader that knows this part among others. */
  public static FailoverConfig of(Path file, ConfigFile read) {
    return of(file, read, LogConfig.of(read));
  }

  private static FailoverConfig of(Path file, ConfigFile read, LogConfig log) {
    ConfigSection root = read.root();
    ConfigSection failover = root.section("failover");
    return new FailoverConfig(
        file.toAbsolutePath().normalize(),
        RuntimeDirectory.of(read),
        root.text("transport").orElse("failover").equals("direct")
            ? Transport.DIRECT
            : Transport.FAILOVER,
        failover.flag("supervise").orElse(true),
        failover.duration("stand-in-limit").orElse(DEFAULT_STAND_IN_LIMIT),
        failover.number("queue").orElse(DEFAULT_QUEUE).intValue(),
        failover.number("ring").orElse(DEFAULT_RING).intValue(),
        log);
  }

  /** The socket of the north channel. */
  public Path northSocket() {
    return runtimeDirectory.resolve("north.sock");
  }

  /** failoverd's control socket. */
  public Path failoverdControl() {
    return runtimeDirectory.resolve("failoverd.control");
  }

  /** The active speaker's control socket. */
  public Path bgpdControl() {
    return runtimeDirectory.resolve("bgpd.control");
  }
}
