package io.holdfast.bgp.config;

import java.net.Inet4Address;
import java.util.Optional;

/**
 * A prefix that this router announces itself.
 *
 * @param nextHop empty: our own address on each session
 */
public record OriginateConfig(PrefixConfig prefix, Optional<Inet4Address> nextHop) {}
