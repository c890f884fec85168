/**
 * Gives connections a socket again that an earlier failoverd owned: {@link
 * io.holdfast.failover.restore.LoggedConnections} reads from the log what there is to restore,
 * {@link io.holdfast.failover.restore.TcpRepairRestorer} makes the sockets.
 *
 * <p>While nobody owned the connections the netfilter rules kept the machine silent about them: no
 * acknowledgment, no FIN, no RST has left, and what the peer was never told it still has. So the
 * log alone decides what the new socket has received and sent; only how much of ours the peer has,
 * the peer itself must say.
 *
 * <p>Works on a thread of its own, once, after the pipeline has begun (the gate must let the probes
 * out) and after the listeners are there. A descriptor belongs to it until it is handed over with
 * the outcome.
 */
@NullMarked
package io.holdfast.failover.restore;

import org.jspecify.annotations.NullMarked;
