/**
 * Packet captures and what they prove: an oracle that shares no code with the product's own packet
 * and message handling.
 *
 * <p>A {@link io.holdfast.lab.capture.Capture} is a small JVM ({@link
 * io.holdfast.lab.capture.CaptureMain}) inside a namespace that writes what libpcap sees on some
 * interfaces, one pcap file each, by pcap4j. Afterwards {@link io.holdfast.lab.capture.TcpStreams}
 * reads a file, again by pcap4j, and puts the TCP streams together: for each {@link
 * io.holdfast.lab.capture.TcpConversation} two {@link io.holdfast.lab.capture.TcpDirection}s with
 * their flags, acknowledgments over time, bytes, and retransmissions that differ from what they
 * repeat. {@link io.holdfast.lab.capture.BgpMessages} splits a direction's bytes into BGP messages
 * (RFC 4271 section 4) and reads the prefixes of IPv4 UPDATEs, no more.
 *
 * <p>Offsets in a stream are counted from the first byte after the SYN, as in the product's log.
 * Times are the capture's, microseconds since 1970. A conversation whose SYN is not in the capture
 * counts from the first segment that is.
 *
 * <p>Threads: one; results are immutable once read.
 */
@NullMarked
package io.holdfast.lab.capture;

import org.jspecify.annotations.NullMarked;
