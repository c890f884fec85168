/**
 * Peers and their sessions: the fold over what happened, and what is to be said because of it.
 *
 * <h2>The fold</h2>
 *
 * <p>{@link io.holdfast.bgp.session.Speaker} takes one stream of facts in the order of the log: a
 * connection opened, bytes received, bytes of ours sent, closed. The session state machine, the
 * Adj-RIB-In, the Adj-RIB-Out and the Loc-RIB are functions of that stream and of nothing else.
 * There is no code for recovery: a speaker that starts anew folds the log by the same methods by
 * which the one before it folded what happened.
 *
 * <p>The only difference is the mouth. Until {@link io.holdfast.bgp.session.Speaker#activate} it is
 * shut: what the state machine asks to be sent becomes <em>owed</em>, and a message in the log of
 * what was sent settles it. On activation the rest is settled: owed messages go out, handshakes
 * that were under way start anew, and each Established session is sent the difference between what
 * its peer should have been told and what the log says it was. From then on our own output is
 * applied when it is made, and its echo in the log is ignored.
 *
 * <pre>
 *   OPENED, RECEIVED ─→ frames → messages → Fsm ─→ Rib ─→ AdjRibOut ─→ batches ─→ Transport
 *   SENT (before us, or the stand-in's) ─────────────────→ told, owed
 * </pre>
 *
 * <p>What the former speaker decided from clocks and from its own will stands in the log as what it
 * sent (a NOTIFICATION, a KEEPALIVE); so the fold decides no collision and expires no timer before
 * activation, it only reads how it ended.
 *
 * <p>Owning thread: one event loop, for everything here. Time is microseconds since 1970 and comes
 * from outside. RFCs: 4271 (6, 8, 9.2), 2918, 4724 section 2 (End-of-RIB), 5492, 6793, 7606.
 *
 * <p>Invariants: nothing is sent before activation; no OPEN on a connection whose log shows one; no
 * message behind a NOTIFICATION; a connection is armed for the stand-in only while Established;
 * routes wait in their tables, never in queues of messages (bounded by the size of the table).
 */
@NullMarked
package io.holdfast.bgp.session;

import org.jspecify.annotations.NullMarked;
