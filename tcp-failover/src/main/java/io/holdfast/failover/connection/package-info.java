/**
 * One protected connection: what is received, stable, acknowledged, sent; and the segments of ours
 * that wait for it. Pure: no socket, no clock, no log, no packet.
 *
 * <p>The invariant that everything here serves, p being a byte offset in a stream that counts from
 * the first byte behind the SYN:
 *
 * <pre>
 *   acknowledged(p)  implies stable(p) implies received(p)     the peer's stream
 *   sentToPeer(p)    implies stable(p)                         our stream (output commit)
 * </pre>
 *
 * <p>Owning thread: the pipeline. Sequence numbers are 32 bits (RFC 9293 section 3.4) and compared
 * with serial arithmetic; offsets are 64 bits and never wrap.
 */
@NullMarked
package io.holdfast.failover.connection;

import org.jspecify.annotations.NullMarked;
