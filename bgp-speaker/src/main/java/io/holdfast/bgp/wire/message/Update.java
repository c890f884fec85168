package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.ErrorAction;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An UPDATE, RFC 4271 section 4.3, IPv4 unicast routes of it, from the classic fields and from
 * MP_REACH_NLRI and MP_UNREACH_NLRI alike. Errors have been given their effect: {@code announced}
 * is empty when the message is treated as a withdrawal, and its prefixes stand in {@code
 * withdrawn}.
 *
 * @param withdrawn no longer feasible; to be applied before {@code announced}
 * @param attributes of the announced routes; never null when {@code announced} is not empty
 * @param announced feasible with {@code attributes}
 * @param endOfRib the family whose End-of-RIB this is (RFC 4724 section 2), or null
 * @param errors what was wrong, in the order it was found; none is as strong as SESSION_RESET
 */
public record Update(
    Nlri withdrawn,
    @Nullable PathAttributes attributes,
    Nlri announced,
    @Nullable AfiSafi endOfRib,
    List<MessageError> errors)
    implements BgpMessage {
  /** IPv4 unicast End-of-RIB: an UPDATE with nothing in it. */
  public static final Update END_OF_RIB =
      new Update(Nlri.EMPTY, null, Nlri.EMPTY, AfiSafi.IPV4_UNICAST, List.of());

  public Update {
    errors = List.copyOf(errors);
    if (!announced.isEmpty() && attributes == null) {
      throw new IllegalArgumentException("announced prefixes need attributes");
    }
  }

  /** An announcement without errors. */
  public static Update announce(PathAttributes attributes, Nlri announced) {
    return new Update(Nlri.EMPTY, attributes, announced, null, List.of());
  }

  /** A withdrawal without errors. */
  public static Update withdraw(Nlri withdrawn) {
    return new Update(withdrawn, null, Nlri.EMPTY, null, List.of());
  }

  /** The strongest action that the errors led to, null without errors. */
  public @Nullable ErrorAction errorAction() {
    MessageError strongest = MessageError.strongest(errors);
    return strongest == null ? null : strongest.action();
  }
}
