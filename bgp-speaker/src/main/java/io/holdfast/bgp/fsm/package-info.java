/**
 * The session state machine of RFC 4271 section 8, as a pure function.
 *
 * <p>{@link io.holdfast.bgp.fsm.Fsm#on} takes a state and an event and gives the next state and
 * what is to be done; it holds nothing, sends nothing, reads no clock. That is what makes recovery
 * by replay possible: the same events in the same order give the same states, whether they happen
 * or are read from the log. Timers are actions too; who owns them turns their expiry into an event.
 *
 * <p>One run of the machine belongs to one connection (RFC 4271 section 8.2.1); while a peer has no
 * connection, {@code IDLE}, {@code CONNECT} and {@code ACTIVE} say what is being done about it. Two
 * connections of one peer meet in {@link io.holdfast.bgp.fsm.Collision} (section 6.8).
 *
 * <p>Which state may follow which is data ({@link io.holdfast.bgp.fsm.Fsm#LEGAL}); a transition
 * outside it throws. RFCs: 4271 (sections 6.8 and 8), 6286 (equal identifiers), 6608 (subcodes of
 * FSM errors), 2918 (ROUTE-REFRESH). Owning thread: none, everything here is immutable.
 */
@NullMarked
package io.holdfast.bgp.fsm;

import org.jspecify.annotations.NullMarked;
