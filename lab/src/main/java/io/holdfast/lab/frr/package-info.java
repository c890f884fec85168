/**
 * FRR as a peer: the real router that a session is held with, and the witness of what it saw.
 *
 * <p>Only FRR's {@code bgpd} runs ({@code -n -Z}: no kernel routes, no zebra, so every next hop
 * counts as reachable), with its configuration and its sockets in a folder of the lab. Questions
 * and configuration go over its vty socket directly, as {@code vtysh} would send them: a line ended
 * by NUL, answered by text ended by three NULs and a status byte. That costs 50 µs a line, where a
 * run of {@code vtysh} costs tens of milliseconds; a stream of updates needs the former.
 *
 * <p>What is asserted about a session comes from FRR's own JSON: {@code connectionsDropped} and
 * {@code peerUptimeMsec} ({@link io.holdfast.lab.frr.NeighborView}) and its table ({@link
 * io.holdfast.lab.frr.RouteView}). {@code peerUptimeMsec} has whole seconds for its resolution.
 *
 * <p>Threads: a router may be asked by several threads; each question is answered before the next
 * is put.
 */
@NullMarked
package io.holdfast.lab.frr;

import org.jspecify.annotations.NullMarked;
