package io.holdfast.bgp.session;

/**
 * A connection that came to be. Addresses are IPv4, 32 bits.
 *
 * @param ours whether we opened it
 * @param request the number of our request, or 0
 */
public record Opening(
    int localAddress,
    int localPort,
    int remoteAddress,
    int remotePort,
    boolean ours,
    long request) {}
