package io.holdfast.bgp.config;

import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.config.ConfigFile;
import io.holdfast.logstore.config.ConfigSchema;
import java.nio.file.Path;
import java.util.List;

/**
 * What the speaker is told. Immutable, valid.
 *
 * @param failover what all daemons share: folders, sockets, transport
 * @param peers in the file's order
 * @param originate in the file's order, each prefix once
 */
public record SpeakerConfig(
    FailoverConfig failover,
    RouterConfig router,
    List<PeerConfig> peers,
    List<OriginateConfig> originate) {

  /** This module's part of the schema. */
  public static final ConfigSchema.Fragment FRAGMENT =
      new ConfigSchema.Fragment(SpeakerConfig.class, "schema.json");

  /** Makes its lists immutable. */
  public SpeakerConfig {
    peers = List.copyOf(peers);
    originate = List.copyOf(originate);
  }

  /** The schema of the whole file. */
  public static ConfigSchema schema() {
    return ConfigSchema.complete(List.of(ConfigSchema.LOG, FailoverConfig.FRAGMENT, FRAGMENT));
  }

  /**
   * Reads and checks all of {@code file}.
   *
   * @throws ConfigException with every problem
   */
  public static SpeakerConfig load(Path file) throws ConfigException {
    ConfigFile read = ConfigFile.read(file, schema());
    FailoverConfig.check(read);
    SpeakerCheck.check(read.root());
    read.accept();
    return new SpeakerReader(read.root()).read(FailoverConfig.of(file, read));
  }
}
