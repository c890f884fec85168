package io.holdfast.bgp.session;

import java.util.List;

/**
 * What the configuration says of ourselves.
 *
 * @param as ours, 1 to 4294967295
 * @param routerId our BGP identifier, not 0
 */
public record RouterSettings(long as, int routerId, List<Originated> originated) {

  /**
   * A route of our own.
   *
   * @param prefix packed
   * @param nextHop IPv4 address, or 0: ourselves
   */
  public record Originated(long prefix, int nextHop) {}

  public RouterSettings {
    originated = List.copyOf(originated);
  }
}
