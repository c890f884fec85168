package io.holdfast.bgp.config;

import java.net.Inet4Address;

/**
 * This router.
 *
 * @param as 1..4294967294
 * @param routerId the BGP identifier, not 0.0.0.0
 * @param port TCP port that peers connect to, 1..65535
 */
public record RouterConfig(long as, Inet4Address routerId, int port) {}
