/**
 * Connections of a log as a packet capture: what a TCP analyser would have seen of them, made from
 * the log's records alone.
 *
 * <pre>
 *   records, in log order ─▶ LogExport ─▶ ExportedConnection ─▶ SegmentFrame ─▶ PcapWriter ─▶ file
 *                            (whose?)     (numbers, times)      (headers)       (format)
 * </pre>
 *
 * <p><em>From the log</em>: the bytes of both streams and how they were cut into messages, end
 * points, initial sequence numbers, the options of both SYNs, who opened, the time of each record
 * (microseconds, wall clock), who ended it and why.
 *
 * <p><em>Made up</em>, because no log has it: link-layer addresses, TTL, windows, how the bytes
 * were cut into segments, the moment and number of acknowledgments, timestamp values after the SYNs
 * (they run with the records' clock), retransmissions (there are none). An end acknowledges every
 * second full segment with one of its own and otherwise with its next data; so an acknowledgment in
 * an export is no evidence that the peer had something. A FIN of the peer is acknowledged at once,
 * one of ours never by itself.
 *
 * <p>The end of a connection by its cause: a FIN of ours for LOCAL_CLOSE, STAND_IN_LIMIT and
 * SILENCE; a RST of the peer for PEER_RESET; a RST of ours for all others, also where none left the
 * machine (TIMED_OUT, OWNER_LOST), so that the end can be seen.
 *
 * <p>Where the log was trimmed behind the beginning of a connection nobody knows its end points and
 * numbers: it gets addresses that are reserved for documentation (RFC 5737), numbers that count
 * from zero, and no handshake; {@link io.holdfast.failover.export.FirstOffsets} says where its
 * streams begin. A gap inside a stream stays a gap; what is logged twice is exported once.
 *
 * <p>Invariants: no segment acknowledges what was not exported before; sequence numbers are derived
 * from 64-bit offsets by serial arithmetic (RFC 9293 section 3.4), so they wrap; timestamp values
 * never fall (RFC 7323 section 5); memory depends on the number of connections, never on the length
 * of their streams.
 *
 * <p>Owning thread: that of the caller. Nothing here reads a log or a clock: records are given, one
 * by one.
 */
@NullMarked
package io.holdfast.failover.export;

import org.jspecify.annotations.NullMarked;
