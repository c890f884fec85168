/**
 * Whole topologies: namespaces, cables, peers and Holdfast's daemons, started from the checkout as
 * an operator would start them ({@code bin/failoverd}, {@code bin/bgpd}) and asked over their
 * control sockets.
 *
 * <p>{@link io.holdfast.lab.topology.PairOfPeers} is the one that there is: FRR a (AS 65001) —
 * Holdfast h (AS 65002) — FRR b (AS 65003), one cable to each peer, so that all that a peer learns
 * of the other has gone through Holdfast. It lives as long as its JVM, or, made by {@code lab/up},
 * until {@code lab/down}: then {@link io.holdfast.lab.topology.Standing} keeps what {@code
 * lab/inject} and {@code lab/down} need to know in {@code /run/holdfast-lab/NAME.json}.
 *
 * <p>Invariants: no daemon is ended but by its process id; the speaker's id comes from the
 * supervising failoverd's children, for a speaker that is still starting has no other name yet.
 *
 * <p>Threads: starting, stopping and killing belong to one thread; questions may come from any.
 */
@NullMarked
package io.holdfast.lab.topology;

import org.jspecify.annotations.NullMarked;
