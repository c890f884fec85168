/**
 * The log on other machines: {@link io.holdfast.logstore.remote.RemoteBackend} is the owner's side,
 * {@link io.holdfast.logstore.remote.LogService} the member's.
 *
 * <p>The owner keeps the bytes until they are committed, and the member decides what is: so the
 * protocol is small. OPEN begins a turn and RESUME goes on with it, on another connection or at
 * another leader; APPEND carries whole records and says at which position of the log they begin;
 * READ, TRIM, STREAMS and STATISTICS are questions; WATCH waits for a change of status and shows,
 * by its answers, that the member lives. The layouts are in docs/log.md, the code of each in {@code
 * MessageType} and {@code ServiceCodec}; the carrier is package {@code rpc} (TLS 1.3, mutual).
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Nothing is told committed but what a member answered to APPEND, OPEN or RESUME. What WATCH
 *       says of the commit position is not believed: it may be another owner's.
 *   <li>A batch is identified by epoch and position; one that is sent twice is in the log once. A
 *       batch that does not begin where the log ends is refused, and the turn is resumed.
 *   <li>A request that a lost connection left in some buffer changes nothing: attempts are
 *       numbered, and only the connection that resumed a turn last may append for it.
 *   <li>A log that ends before what was told committed, or beyond what was submitted, is not the
 *       one that was left: the turn is over.
 *   <li>What waits is bounded: 8 MiB and 1,024 batches under way (24 MiB at the member, for all its
 *       owners), 16 MiB of recent records, 1 MiB read ahead by each reader.
 * </ul>
 *
 * <p>An owner that has its turn at one server listens to the others ({@link Lookout}), so that it
 * hears of the next leader before it misses the last.
 *
 * <p>Threads. Owner: {@code log-client} has all state of a turn and tells the listener; readers
 * belong to who made them, and meet it under their own lock. Member: {@code log-service} changes
 * the log, {@code log-reads} reads it, {@code log-watch} looks at the status every 50 ms while
 * somebody waits for it; event loops only decode.
 */
@NullMarked
package io.holdfast.logstore.remote;

import org.jspecify.annotations.NullMarked;
