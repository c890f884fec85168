package io.holdfast.bgp.rib;

import io.holdfast.bgp.policy.Policy;
import io.holdfast.bgp.wire.message.SessionOptions;

/**
 * What the rules for routes must know about the other end of a session. Addresses are IPv4, 32
 * bits.
 *
 * @param name of the peer in the configuration
 * @param as its autonomous system
 * @param internal whether that is ours
 * @param routerId its BGP identifier
 * @param address its address
 * @param localAddress ours on this session
 * @param connected the packed prefix of the network that both are on, or −1 if it is not known
 * @param imports what may come in
 * @param exports what may go out
 * @param nextHopSelf whether we put ourselves as next hop towards an internal peer too
 * @param options how messages to it are written
 */
public record Neighbor(
    String name,
    long as,
    boolean internal,
    int routerId,
    int address,
    int localAddress,
    long connected,
    Policy imports,
    Policy exports,
    boolean nextHopSelf,
    SessionOptions options) {}
