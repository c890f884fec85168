package io.holdfast.bgp.wire.attribute;

/**
 * AGGREGATOR, RFC 4271 section 5.1.7.
 *
 * @param asn 1–4294967295
 * @param address BGP identifier of the speaker that aggregated
 */
public record Aggregator(long asn, int address) {}
