/**
 * Reads MRT files: route tables (TABLE_DUMP, TABLE_DUMP_V2) and update streams (BGP4MP), as route
 * collectors publish them.
 *
 * <p>Streaming and bounded: one record is in memory at a time, no record may claim more than {@link
 * io.holdfast.bgp.mrt.MrtReader#MAX_RECORD_LENGTH} octets, and a file that breaks off or lies about
 * its lengths ends in an {@link io.holdfast.bgp.mrt.MrtException} that names the offset in the
 * (uncompressed) file. Records of kinds that this reader does not read (IPv6, multicast, ADD-PATH)
 * are returned as skipped, so that the caller can count them.
 *
 * <p>A reader belongs to the thread that uses it; what it returns is immutable. RFC 6396 (MRT), RFC
 * 8050 (ADD-PATH subtypes).
 */
@NullMarked
package io.holdfast.bgp.mrt;

import org.jspecify.annotations.NullMarked;
