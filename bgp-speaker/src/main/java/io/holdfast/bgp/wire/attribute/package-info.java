/**
 * Path attributes: one table that says for each attribute its code, name, category and what is
 * malformed, and one value, {@link io.holdfast.bgp.wire.attribute.PathAttributes}, for the set that
 * a route carries.
 *
 * <p>The set is kept as the bytes of its <em>canonical form</em>: attributes in ascending order of
 * their codes, four-octet AS numbers, the shortest length field, flags as the table says, no
 * MP_REACH_NLRI, MP_UNREACH_NLRI, AS4_PATH or AS4_AGGREGATOR. Two sets mean the same exactly when
 * their canonical forms are equal, so equality and hash are those of a byte array, interning is one
 * look-up, and sending a route on is one copy. The few numbers that the decision process asks for
 * are indexed when the set is made; everything else is read from the bytes when somebody asks.
 *
 * <p>Most sets on the wire are canonical already, and cost one pass and one copy.
 *
 * <p>Immutable values; any thread. RFC 4271 sections 4.3 and 5, RFC 7606 section 7 (what makes each
 * attribute malformed, and what follows), RFC 6793 (four-octet AS numbers), RFC 7607 (AS 0).
 */
@NullMarked
package io.holdfast.bgp.wire.attribute;

import org.jspecify.annotations.NullMarked;
