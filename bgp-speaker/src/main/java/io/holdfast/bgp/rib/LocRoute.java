package io.holdfast.bgp.rib;

import io.holdfast.bgp.decision.Step;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The chosen route for a prefix.
 *
 * @param source the table it stands in; null if it is originated here
 * @param attributes interned
 * @param step that decided for it
 */
public record LocRoute(@Nullable AdjRibIn source, PathAttributes attributes, Step step) {
  @SuppressWarnings("ReferenceEquality") // Interned.
  boolean sameRoute(@Nullable AdjRibIn otherSource, PathAttributes otherAttributes) {
    return source == otherSource && attributes == otherAttributes;
  }
}
