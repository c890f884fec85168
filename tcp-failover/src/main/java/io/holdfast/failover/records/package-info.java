/**
 * What the payload of each kind of record means, once a TCP connection is known.
 *
 * <p>The log's envelope ({@link io.holdfast.logstore.record.RecordFlyweight}) carries kind,
 * version, stream, offset, time and checksum; the classes here are what stands behind it. Each is
 * an immutable record with {@code encode} (into a buffer at an index, returns the length) and
 * {@code decode} (bounds-checked, throws {@link RecordFormatException} and nothing else). The bytes
 * of a peer's stream (RECEIVED) and a service's own facts (NOTED) are opaque here and have no
 * codec. {@link SentFlyweight} reads and writes the one payload that is on the hot path.
 *
 * <p>The stream key of the envelope is the connection's id: positive, given once, never again.
 * Offsets count the bytes of one direction from the first byte behind the SYN (RFC 9293 section
 * 3.4), in 64 bits, so they never wrap.
 *
 * <p>All numbers are big-endian; text is UTF-8 behind a u16 length; an address is u8 length (4 or
 * 16), its bytes, u32 scope id. {@link RecordDescriptions} is the one table from kind to meaning.
 *
 * <p>Invariants: every payload here is version {@link RecordDescriptions#VERSION}; a record of a
 * newer version is refused with a reason, never guessed at; bytes left over behind a payload are an
 * error, for they would be a field that this build does not know.
 *
 * <p>Owning thread: none; everything is immutable, or a flyweight owned by its caller.
 */
@NullMarked
package io.holdfast.failover.records;

import org.jspecify.annotations.NullMarked;
