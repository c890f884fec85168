/**
 * Capabilities of an OPEN: one table of those we know, everything else kept raw.
 *
 * <p>RFC 5492: a capability that a speaker does not know is ignored, never an error; one that comes
 * several times with the same value is one. A capability that we know but whose length is wrong is
 * treated as one that was not sent: RFC 5492 gives no error for it, and no feature is switched on
 * by a value that nobody can read.
 *
 * <p>Immutable values; any thread.
 */
@NullMarked
package io.holdfast.bgp.wire.capability;

import org.jspecify.annotations.NullMarked;
