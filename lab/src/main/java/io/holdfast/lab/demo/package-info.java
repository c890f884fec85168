/**
 * The main job, shown and proven: sessions that outlive their speaker.
 *
 * <p>A {@link io.holdfast.lab.demo.Plan} is made from a seed alone: segments of route changes at
 * both peers and, in each segment, the moments at which the speaker is killed. It is carried out
 * three times ({@link io.holdfast.lab.demo.Performance}): as the control run without a kill, as the
 * run itself, and (shorter) as the contrast run with {@code transport: direct}, where each kill has
 * to drop the sessions, or the proof would prove nothing. Each segment ends when both peers' tables
 * are what the plan says; they are compared with those of the control run, which had the same
 * changes.
 *
 * <p>Witnesses: FRR's own counters, looked at four times a second ({@link
 * io.holdfast.lab.demo.Witness}), and a packet capture ({@link io.holdfast.lab.demo.Evidence}). No
 * verdict rests on what Holdfast says about itself.
 *
 * <p>Threads: the performance's own (route changes and kills, in turn), the witness's, and the live
 * view's; they share the {@link io.holdfast.lab.demo.Progress}.
 */
@NullMarked
package io.holdfast.lab.demo;

import org.jspecify.annotations.NullMarked;
