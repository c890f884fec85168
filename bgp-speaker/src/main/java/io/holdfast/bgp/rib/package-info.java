/**
 * The three kinds of RIB of RFC 4271 section 3.2, and the way of a route through them.
 *
 * <pre>
 *   AdjRibIn (a session, before policy) → eligible? → decision → LocRib (one) → export → AdjRibOut (a session)
 * </pre>
 *
 * <p>A full table holds a million prefixes several times over, so a prefix is a packed {@code long}
 * ({@link io.holdfast.bgp.wire.nlri.Prefixes}), the tables are primitive maps, and attribute sets
 * are interned by {@link io.holdfast.bgp.rib.AttributeInterner}: routes with equal attributes share
 * one object, and it goes when the last route that has it goes.
 *
 * <p>What a peer is owed is never a queue of messages. An {@link io.holdfast.bgp.rib.AdjRibOut}
 * knows what the peer <em>has been told</em> and which prefixes have to be looked at again; what is
 * sent is the difference between the former and what is wanted at that moment. So the newest state
 * wins, a slow peer costs at most its table, and recovery is nothing special: after a replay the
 * Adj-RIB-Out holds what the log says was sent, every prefix is looked at once, and only
 * differences go out.
 *
 * <p>Owning thread: the event loop of the speaker; nothing here is locked. Long jobs (a session's
 * table going away, a table dump) stand in {@link io.holdfast.bgp.rib.PrefixQueue}s and are worked
 * off in slices.
 *
 * <p>Invariants: the Loc-RIB's route for a prefix is the decision among the eligible routes of all
 * sessions, but for prefixes that still stand in the queue of those to be decided again; an
 * interned attribute set may be compared by identity. RFCs: 4271 (3.2, 5.1, 9), 1997 (well-known
 * communities), 4456 (originator id), 7606, 8212.
 */
@NullMarked
package io.holdfast.bgp.rib;

import org.jspecify.annotations.NullMarked;
