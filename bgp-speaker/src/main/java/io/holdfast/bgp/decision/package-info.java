/**
 * The decision process of RFC 4271 section 9.1.2.2, as a pure function over the candidates for one
 * prefix.
 *
 * <p>It is a successive elimination: each step strikes out every candidate that is worse than the
 * best of those still in, until one is left. It is never a {@code Comparator}: MED is compared only
 * between routes of the same neighbouring AS, so "better" is not a total order, and a sort would
 * give a result that depends on the order of arrival. The step that left one alone is kept, and so
 * is, for each loser, the step that struck it out; {@code why} costs nothing.
 *
 * <p>Which routes are candidates at all (loops, next hops, import policy) is the business of {@code
 * rib}. The IGP cost of step (e) does not exist here: every next hop is on a connected network.
 *
 * <p>Owning thread: none. RFCs: 4271 (9.1.1, 9.1.2.2), 5004 not followed (determinism over
 * stability: replay must give the same result), 4456 (originator id in place of the router id).
 */
@NullMarked
package io.holdfast.bgp.decision;

import org.jspecify.annotations.NullMarked;
