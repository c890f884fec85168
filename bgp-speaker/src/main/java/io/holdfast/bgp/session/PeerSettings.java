package io.holdfast.bgp.session;

import io.holdfast.bgp.policy.Policy;

/**
 * What the configuration says of a peer.
 *
 * @param address IPv4, 32 bits
 * @param port to connect to
 * @param localAddress ours, or 0: any
 * @param as the peer's
 * @param internal whether that is ours
 * @param passive never connect to it
 * @param holdSeconds to offer: 0, or 3 to 65535
 * @param connectRetryMillis between attempts, more than 0
 */
public record PeerSettings(
    String name,
    int address,
    int port,
    int localAddress,
    long as,
    boolean internal,
    boolean passive,
    int holdSeconds,
    long connectRetryMillis,
    Policy imports,
    Policy exports,
    boolean nextHopSelf) {}
