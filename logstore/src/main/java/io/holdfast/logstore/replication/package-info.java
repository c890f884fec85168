/**
 * A member of the replicated log: a Raft node (Ongaro, "Consensus: Bridging Theory and Practice")
 * made of SOFAJRaft's engine and our own storage and transport.
 *
 * <p>A single machine is a group of one; the same code makes a group of three. What Raft replicates
 * are {@link io.holdfast.logstore.replication.Command commands}: a batch of whole records, or a
 * fact about the log itself (its owner, what may be trimmed, a stream that expired). The segment
 * files hold the commands once; there is no other copy of the bytes in the house.
 *
 * <p>Invariants. Only the leader takes batches, in one order ({@code Sequencer}), so that positions
 * are contiguous over the entries of all terms. A batch is told committed when a majority has it
 * and this member can read it. As the only voter, a member writes an entry itself with the index
 * and term that the engine will give it, and what is stored is committed: that is Raft's rule for a
 * majority of one, without waiting for three threads to wake.
 *
 * <p>Threads: the owner's thread submits; the engine's disk thread writes; the engine's state
 * machine thread applies. None holds a lock of this package while it calls a listener.
 */
@NullMarked
package io.holdfast.logstore.replication;

import org.jspecify.annotations.NullMarked;
