/**
 * The messages of BGP as immutable values, and the way between them and bytes.
 *
 * <pre>
 *   stream chunks → BgpFrameDecoder → whole messages → MessageCodec → Decoded (a BgpMessage, or Malformed)
 *   (attributes, prefixes) → UpdatePacker → whole messages       BgpMessage → MessageCodec → bytes
 * </pre>
 *
 * <p>{@link io.holdfast.bgp.wire.message.Decoded} is sealed: a {@code switch} over it names every
 * message and the error, with no default. What RFC 7606 asks of an UPDATE with errors has been done
 * when it is returned: discarded attributes are gone, and prefixes to be treated as withdrawn stand
 * among the withdrawn ones.
 *
 * <p>The codec is stateless but for scratch space; a frame decoder belongs to one stream and to the
 * thread that reads it. RFC 4271 sections 4 and 6, RFC 7606, RFC 2918.
 */
@NullMarked
package io.holdfast.bgp.wire.message;

import org.jspecify.annotations.NullMarked;
