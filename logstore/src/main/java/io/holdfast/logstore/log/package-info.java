/**
 * The append-only log: append, commit, read.
 *
 * <p>One thread appends. What it has appended becomes <em>committed</em> when it is as stable as
 * the configuration asks (handed to the operating system, or synced to the disk); until then nobody
 * may act on it in a way that a peer can see. Any number of readers follow, each owned by one
 * thread.
 *
 * <p>Invariants: positions grow and never repeat; a reader never sees a byte beyond the commit
 * position; what is committed never changes; a record that was damaged is never handed out.
 *
 * <pre>
 *   append -> PendingWrites -> SegmentWriter -> files -> FileLogReader (committed only)
 *                                    |                -> OfflineLog    (of any process)
 *                                 Syncer -> commit
 * </pre>
 *
 * <p>{@link io.holdfast.logstore.log.FileLog} is the log of one machine; opening it is {@link
 * io.holdfast.logstore.log.Recovery}, which tells a torn tail (cut, with a warning) from damage
 * (refused, and named). Owning threads: the appending thread has the buffers and the writer; the
 * sync thread has the files that wait for the disk; the table of segments is shared, and changes
 * only under its monitor. The format and its reasons: docs/adr/0002-local-log.md.
 */
@NullMarked
package io.holdfast.logstore.log;

import org.jspecify.annotations.NullMarked;
