package io.holdfast.bgp.wire.attribute;

import io.holdfast.bgp.wire.Bytes;

/**
 * An attribute that we do not know and pass on.
 *
 * @param flags attribute flags without the extended-length bit
 * @param code 0–255
 */
public record RawAttribute(int flags, int code, Bytes value) {}
