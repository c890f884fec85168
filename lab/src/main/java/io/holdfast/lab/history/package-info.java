/**
 * Did the log keep its word? Several clients append batches to one log while its members die, stop
 * and are cut off; each writes down what it asked for and what it was told. Afterwards the final
 * log is read, and {@link io.holdfast.lab.history.HistoryChecker} decides whether the two agree.
 *
 * <p>A <em>batch</em> is what one append carries. Its payload begins with a {@link
 * io.holdfast.lab.history.BatchId} (client, epoch of the owner, sequence), so that it is known
 * wherever it turns up. An {@link io.holdfast.lab.history.Append} is a client's view of one: the
 * position it was submitted for, its bytes' hash, when it was invoked, and what came of it:
 * acknowledged, refused, or indeterminate, which is also what an append is whose client was killed.
 * A {@link io.holdfast.lab.history.Read} is what somebody was given as committed during the run. A
 * {@link io.holdfast.lab.history.Batch} is an entry of the final log.
 *
 * <p>What is checked is the list {@link io.holdfast.lab.history.Rule}. It is no search for a
 * linearization: an append-only log with positions and an order of its own says itself in which
 * order things happened, so one walk over it decides, in time and memory that grow with the number
 * of appends and never with their bytes.
 *
 * <p>Times are nanoseconds of one clock that all clients share ({@link System#nanoTime()} on one
 * machine, over all its processes). An append that completes in the nanosecond in which another is
 * invoked counts as concurrent with it.
 *
 * <p>Histories are kept as JSON lines ({@link io.holdfast.lab.history.HistoryFile}), written while
 * things happen, one file for each process, and can be checked again at any time: {@link
 * io.holdfast.lab.history.HistoryMain}.
 *
 * <p>Pure but for the file and the main; threads: none of its own, {@link
 * io.holdfast.lab.history.HistoryRecorder} may be used by any. It knows no log of ours and no Raft.
 */
@NullMarked
package io.holdfast.lab.history;

import org.jspecify.annotations.NullMarked;
