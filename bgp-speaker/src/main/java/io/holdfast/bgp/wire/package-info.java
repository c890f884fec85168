/**
 * The BGP wire format: what stands on a TCP stream between two speakers, and nothing else.
 *
 * <p>This root holds the words that all of the codec shares: {@link io.holdfast.bgp.wire.Bytes},
 * the immutable byte string, and errors as values ({@link io.holdfast.bgp.wire.MessageError} with
 * the RFC's own {@link io.holdfast.bgp.wire.ErrorAction} and {@link
 * io.holdfast.bgp.wire.NotificationCode}). The packages beneath build on each other in one
 * direction:
 *
 * <pre>
 *   wire.message   frames, the five messages, codec, packing of UPDATEs
 *        |
 *   wire.attribute  the table of path attributes, PathAttributes, AsPath
 *   wire.capability the table of capabilities
 *   wire.nlri       AfiSafi, packed IPv4 prefixes
 *        |
 *   wire            bytes and errors
 * </pre>
 *
 * <p>Invariants: a decoder never throws on hostile input, never sends, closes, logs or changes any
 * state but the reader index of its own buffer; it reads no byte outside the message it was given.
 * Errors are returned, and where one message holds several the strongest decides (RFC 7606 section
 * 3, item h). Everything here is immutable or confined to its caller, so no thread owns it.
 *
 * <p>RFC 4271 (BGP-4), 4760 (multiprotocol), 5492 (capabilities), 6793 (four-octet AS numbers),
 * 7606 (error handling), 2918 and 7313 (route refresh), 1997, 4360 and 8092 (communities), 4456
 * (reflection), 9072 (extended optional parameters).
 */
@NullMarked
package io.holdfast.bgp.wire;

import org.jspecify.annotations.NullMarked;
