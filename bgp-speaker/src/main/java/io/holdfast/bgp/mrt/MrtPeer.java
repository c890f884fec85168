package io.holdfast.bgp.mrt;

import io.holdfast.bgp.wire.Bytes;

/**
 * A peer of the collector.
 *
 * @param bgpIdentifier 0 where the format does not tell
 * @param address 4 or 16 octets
 * @param asn 0–4294967295
 */
public record MrtPeer(int bgpIdentifier, Bytes address, long asn) {}
