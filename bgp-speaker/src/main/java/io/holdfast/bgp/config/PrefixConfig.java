package io.holdfast.bgp.config;

import java.net.Inet4Address;

/**
 * An IPv4 prefix without host bits.
 *
 * @param network the first address
 * @param length 0..32
 */
public record PrefixConfig(Inet4Address network, int length) {

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + length;
  }
}
