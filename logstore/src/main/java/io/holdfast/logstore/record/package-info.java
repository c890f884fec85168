/**
 * What stands in the log: the envelope that every record has, whatever wrote it.
 *
 * <p>The envelope knows a kind, a format version, a stream key, an offset in that stream, a
 * wall-clock time and a CRC32C. It knows no TCP and no BGP: what the payload of a kind means is the
 * business of the layer that writes it ({@code io.holdfast.failover.records}).
 *
 * <p>Owning thread: none; everything here is either immutable or a flyweight over a buffer that its
 * caller owns.
 */
@NullMarked
package io.holdfast.logstore.record;

import org.jspecify.annotations.NullMarked;
