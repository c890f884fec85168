package io.holdfast.bgp.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A peer, its template already applied.
 *
 * @param name unique
 * @param address unique
 * @param as 1..4294967294
 * @param passive never connect to it
 * @param port the peer's TCP port that we connect to, 1..65535
 * @param localAddress our address on the session; empty: whichever the kernel chooses
 * @param holdTimeSeconds what we offer: 0, or 3..65535
 * @param connectRetry pause between attempts to connect, more than 0
 * @param importPolicy for routes from the peer; never absent, see {@link PolicyConfig#REJECT_ALL}
 * @param exportPolicy for routes to the peer; never absent
 * @param families address families that we offer, at least one
 * @param nextHopSelf put our own address as next hop on what we send to this iBGP peer
 */
public record PeerConfig(
    String name,
    InetAddress address,
    long as,
    boolean passive,
    int port,
    Optional<InetAddress> localAddress,
    int holdTimeSeconds,
    Duration connectRetry,
    PolicyConfig importPolicy,
    PolicyConfig exportPolicy,
    List<String> families,
    boolean nextHopSelf) {

  /** The one family of this version. */
  public static final String IPV4_UNICAST = "ipv4-unicast";

  static final long DEFAULT_PORT = 179;
  static final long DEFAULT_HOLD_TIME_SECONDS = 90;
  static final Duration DEFAULT_CONNECT_RETRY = Duration.ofSeconds(5);

  /** Makes its list immutable. */
  public PeerConfig {
    families = List.copyOf(families);
  }
}
