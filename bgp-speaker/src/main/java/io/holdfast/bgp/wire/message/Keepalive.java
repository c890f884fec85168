package io.holdfast.bgp.wire.message;

/** A KEEPALIVE, RFC 4271 section 4.4. */
public record Keepalive() implements BgpMessage {}
