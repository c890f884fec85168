package io.holdfast.bgp.wire.attribute;

import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What comes of the attribute field of an UPDATE.
 *
 * @param attributes the set without discarded ones; to be used only if no error asks for more than
 *     ATTRIBUTE_DISCARD
 * @param announced IPv4 unicast prefixes of MP_REACH_NLRI
 * @param withdrawn IPv4 unicast prefixes of MP_UNREACH_NLRI
 * @param reach whether there was an MP_REACH_NLRI, of whatever family
 * @param unreach family of MP_UNREACH_NLRI, or null
 * @param unreachEmpty whether that attribute named no prefix
 * @param count attributes found, of whatever kind
 * @param errors in the order they were found
 */
public record DecodedAttributes(
    PathAttributes attributes,
    Nlri announced,
    Nlri withdrawn,
    boolean reach,
    @Nullable AfiSafi unreach,
    boolean unreachEmpty,
    int count,
    List<MessageError> errors) {}
