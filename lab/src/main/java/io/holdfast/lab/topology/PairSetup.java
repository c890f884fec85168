package io.holdfast.lab.topology;

import java.util.HashMap;
import java.util.Map;

/**
 * How a {@link PairOfPeers} is set up.
 *
 * @param transport whether the sessions outlive the speaker
 * @param supervise whether failoverd starts and restarts the speaker; else the lab starts it once
 * @param holdSeconds the hold time that both sides offer
 * @param standInLimit as in the configuration, for example {@code 10m}
 * @param failoverKeys more lines for the section {@code failover}, for example {@code ring: 64}
 * @param environment variables for Holdfast's daemons
 */
public record PairSetup(
    Transport transport,
    boolean supervise,
    int holdSeconds,
    String standInLimit,
    String failoverKeys,
    Map<String, String> environment) {

  /** Who owns the TCP connections. */
  public enum Transport {
    FAILOVER,
    DIRECT;

    /** As the configuration has it. */
    String key() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Protected and supervised, hold time 9 s. */
  public static PairSetup failover() {
    return new PairSetup(Transport.FAILOVER, true, 9, "10m", "", Map.of());
  }

  /** A speaker on plain sockets, which the lab starts again after each death. */
  public static PairSetup direct() {
    return new PairSetup(Transport.DIRECT, false, 9, "10m", "", Map.of());
  }

  /** The same, but the lab (or a test) starts the speaker. */
  public PairSetup unsupervised() {
    return new PairSetup(transport, false, holdSeconds, standInLimit, failoverKeys, environment);
  }

  /** The same with another stand-in limit. */
  public PairSetup withStandInLimit(String limit) {
    return new PairSetup(transport, supervise, holdSeconds, limit, failoverKeys, environment);
  }

  /** The same with more keys in the section {@code failover}. */
  public PairSetup withFailoverKeys(String lines) {
    return new PairSetup(transport, supervise, holdSeconds, standInLimit, lines, environment);
  }

  /** The same with one more variable for the daemons. */
  public PairSetup withEnvironment(String name, String value) {
    Map<String, String> all = new HashMap<>(environment);
    all.put(name, value);
    return new PairSetup(
        transport, supervise, holdSeconds, standInLimit, failoverKeys, Map.copyOf(all));
  }
}
