/**
 * The append-only log: append, commit, read.
 *
 * <p>One thread appends. What it has appended becomes <em>committed</em> when it is as stable as
 * the configuration asks (handed to the operating system, or synced to the disk); until then nobody
 * may act on it in a way that a peer can see. Any number of readers follow, each owned by one
 * thread.
 *
 * <p>Invariants: positions grow and never repeat; a reader never sees a byte beyond the commit
 * position; what is committed never changes.
 */
@NullMarked
package io.holdfast.logstore.log;

import org.jspecify.annotations.NullMarked;
