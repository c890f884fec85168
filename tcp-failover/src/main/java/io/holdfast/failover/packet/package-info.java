/**
 * IP and TCP headers in a buffer: flyweights with named offsets, checksums, serial arithmetic.
 * Pure: no kernel, no clock, no state beside the flyweight's own position.
 *
 * <p>The bytes come from the network and are hostile: a flyweight is asked with {@code wrap(...)},
 * which answers whether the header is whole and consistent within the bytes that were captured.
 * Where it answers {@code true}, no accessor reads outside of them; where it answers {@code false},
 * nothing may be asked. Nothing here throws because of what the bytes say.
 *
 * <p>The captured bytes may end before the packet does (only headers are copied from the kernel),
 * so lengths of payload come from the IP header, or from the kernel where a packet is larger than
 * that header can say (IPv6 jumbo, GSO).
 *
 * <p>Owning thread: a flyweight belongs to the thread that wraps it, and is valid as long as the
 * bytes are. RFCs: 791 (IPv4), 8200 (IPv6), 9293 (TCP), 7323 (window scale, timestamps), 2018
 * (SACK), 1071 (checksum), 1982 (serial numbers).
 */
@NullMarked
package io.holdfast.failover.packet;

import org.jspecify.annotations.NullMarked;
