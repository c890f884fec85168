package io.holdfast.bgp.rib;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one peer has told us in this session, before policy. Belongs to the {@link Rib}; owned by
 * the event loop.
 */
public final class AdjRibIn {
  private final Neighbor neighbor;
  final Long2ObjectHashMap<PathAttributes> routes = new Long2ObjectHashMap<>();

  AdjRibIn(Neighbor neighbor) {
    this.neighbor = neighbor;
  }

  public Neighbor neighbor() {
    return neighbor;
  }

  /** Number of prefixes. */
  public int size() {
    return routes.size();
  }

  /** The interned attributes of the route, or null. */
  public @Nullable PathAttributes route(long prefix) {
    return routes.get(prefix);
  }
}
