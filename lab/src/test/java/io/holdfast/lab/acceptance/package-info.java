/**
 * The promise, proven: real FRR peers, Holdfast's daemons as an operator would start them, and
 * every way to lose the speaker that the lab knows.
 *
 * <p>What is asserted is what a peer would see: FRR's own counters and tables, and a packet capture
 * of both cables read by pcap4j. What Holdfast says about itself is used to know when to look,
 * never as proof.
 *
 * <p>A class has one topology, which its tests share where a test leaves the sessions as it found
 * them; each test then takes its own moment as the beginning ({@link
 * io.holdfast.lab.acceptance.Watch}). Time is never slept away: where a test is about an outage of
 * so many seconds, it waits until a peer's own clock has passed them.
 */
@NullMarked
package io.holdfast.lab.acceptance;

import org.jspecify.annotations.NullMarked;
