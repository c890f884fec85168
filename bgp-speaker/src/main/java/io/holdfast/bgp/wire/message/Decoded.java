package io.holdfast.bgp.wire.message;

/** What comes of decoding a whole message: the message, or the error that ends the session. */
public sealed interface Decoded permits BgpMessage, Malformed {}
