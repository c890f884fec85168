/**
 * The replicated log in the lab: members as processes in network namespaces of their own, owners
 * that write and remember what they were told, and what members do without the one that leads.
 *
 * <pre>
 *   10.79.0.11 a ──┐
 *   10.79.0.12 b ──┼── bridge ──── x 10.79.0.10   an owner elsewhere
 *   10.79.0.13 c ──┘
 * </pre>
 *
 * <p>{@link io.holdfast.lab.log.LogCluster} makes one of the placements of the log, by
 * configuration files alone: {@code bin/logd} as an operator starts it, and {@link
 * io.holdfast.lab.log.OwnerMain}, a process that owns a log through the same door as failoverd
 * does. An owner is told what to do in JSON lines on its standard input ({@link
 * io.holdfast.lab.log.LogOwner} is the other end), and writes every append into a history before
 * and after, so that it can be killed at any instruction. {@link io.holdfast.lab.log.MemberFiles}
 * is the witness: it reads the files of a member, not what the member says.
 *
 * <p>A <em>named</em> record has a {@link io.holdfast.lab.history.BatchId} at the start of its
 * payload. Records without one (too short, or with a payload of a shape of their own) belong to the
 * named record in front of them: together they are what one append of a history carries.
 *
 * <p>Threads: each type says whose it is; the mains have one thread that acts and one that listens.
 */
@NullMarked
package io.holdfast.lab.log;

import org.jspecify.annotations.NullMarked;
