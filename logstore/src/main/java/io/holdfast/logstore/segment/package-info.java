/**
 * Segment files: where the entries of the replicated log stand on a member's disk. Knows nothing of
 * the engine that replicates them, nor of what the records mean.
 *
 * <p>A file is a header, entries back to back, and zeros up to the size that was prepared. An entry
 * has an index, a term, and the position (record bytes in the log) before it; its payload is a
 * batch of whole records, or something that advances no position.
 *
 * <pre>
 *   append -> Appender -> file -> mark            EntryReads     (by index: the engine)
 *                 |                 ^        ->   PositionReader (by position: who follows the log)
 *             Backstage           Syncer          OfflineEntries (without owning the folder)
 *        (next file, deletions)
 * </pre>
 *
 * <p>Invariants: indexes and positions have no gaps over entries and files; what was durable is
 * found again after a crash; what a crash cut off behind the mark is cut away, what is wrong before
 * it is named and refused; nothing damaged is handed out; what is cut off is wiped from the file,
 * so that it never comes back.
 *
 * <p>Owning threads: who writes holds the store's lock; {@code log-sync} syncs and moves the marks
 * of a synced store; {@code log-files} prepares and deletes files. Readers hold no lock: they read
 * an immutable {@link io.holdfast.logstore.segment.SegmentTable} and, if what they find is wrong,
 * look whether it was taken back meanwhile, by its generation.
 */
@NullMarked
package io.holdfast.logstore.segment;

import org.jspecify.annotations.NullMarked;
