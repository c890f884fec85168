/**
 * The one order of everything that happens in failoverd: a Disruptor ring whose only consumer runs
 * two stages over each batch.
 *
 * <pre>
 *   io agent ──┐                      ┌ 1. log      appends what happened, assigns offsets, flushes once
 *   north     ─┼─▶ ring ─▶ pipeline ──┤
 *   log, timers┘                      └ 2. release  acts on what is committed: verdicts, socket writes,
 *                                                   credits, deliveries
 * </pre>
 *
 * <p>Owning thread: the pipeline thread owns the connections, the speaker's state and the appending
 * side of the log; it never blocks, on anything. The io agent owns the epoll set, the netfilter
 * queue's receiving side and the life of every descriptor. They meet in the ring (bounded; a
 * producer waits while it is full, which is backpressure on the queue and on the sockets) and in
 * the io agent's command queue (which only the pipeline fills, a few commands a connection).
 *
 * <p>Invariants: nothing is released by an event, only by the commit position; what waits is
 * parked, so that a ring full of waiters can't keep out the notice that they wait for; the hot path
 * allocates nothing. Source: US patent 7,673,038, figures 5 to 16 (both wrappers), here as two
 * stages.
 */
@NullMarked
package io.holdfast.failover.pipeline;

import org.jspecify.annotations.NullMarked;
