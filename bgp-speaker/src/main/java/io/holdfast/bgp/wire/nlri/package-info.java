/**
 * Network layer reachability information: address families, and IPv4 prefixes as packed numbers.
 *
 * <p>A full table holds a million prefixes in several tables, so a prefix is never an object here:
 * it is a {@code long}, address shifted left by eight with the length beneath, which sorts as an
 * operator expects and is its own key in a primitive map. {@link io.holdfast.bgp.wire.nlri.Nlri} is
 * an immutable list of them. Text goes through the ipaddress library, at the edges only.
 *
 * <p>Pure functions and immutable values; any thread. RFC 4271 section 4.3 (encoding of a prefix),
 * RFC 4760 (families).
 */
@NullMarked
package io.holdfast.bgp.wire.nlri;

import org.jspecify.annotations.NullMarked;
