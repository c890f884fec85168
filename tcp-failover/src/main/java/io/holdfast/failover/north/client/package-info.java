/**
 * The library that a process links to have its connections kept by failoverd.
 *
 * <p>One event loop, given by the caller, is everything: it reads the channel, folds the records
 * (the callbacks of {@link io.holdfast.failover.north.client.NorthEvents} run inline), sends output
 * and beats. The heartbeat comes from that thread on purpose: a process that is stopped, hung or
 * deadlocked in its fold must look dead, because it is. A fold that is merely long still beats,
 * between records.
 *
 * <p>Owning thread: that event loop. Everything but {@code open} and {@code close} is called on it.
 *
 * <p>Invariants: records come in log order, each once in an attachment, with intact checksums; the
 * first record of an attachment stands at the replay start of its {@code welcome}; behind {@code
 * lost} nothing comes before the next {@code welcome}, and a fold starts from nothing there. It
 * knows no BGP.
 */
@NullMarked
package io.holdfast.failover.north.client;

import org.jspecify.annotations.NullMarked;
