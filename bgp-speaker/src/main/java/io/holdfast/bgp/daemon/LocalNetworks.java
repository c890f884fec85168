package io.holdfast.bgp.daemon;

import io.holdfast.bgp.wire.nlri.Prefixes;
import java.net.Inet4Address;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The networks that this machine is on. */
final class LocalNetworks {
  private static final Logger LOG = LoggerFactory.getLogger(LocalNetworks.class);

  /** No packed prefix. */
  private static final long UNKNOWN = -1;

  /** The network of the interface with this IPv4 address, packed; −1 if there is none to share. */
  long of(int address) {
    try {
      return NetworkInterface.networkInterfaces()
          .map(NetworkInterface::getInterfaceAddresses)
          .flatMap(List::stream)
          .filter(each -> has(each, address))
          .filter(each -> each.getNetworkPrefixLength() < 32)
          .mapToLong(each -> Prefixes.of(address, each.getNetworkPrefixLength()))
          .findFirst()
          .orElse(UNKNOWN);
    } catch (SocketException e) {
      LOG.warn("interfaces cannot be listed: {}", e.getMessage());
      return UNKNOWN;
    }
  }

  private static boolean has(InterfaceAddress each, int address) {
    return each.getAddress() instanceof Inet4Address v4 && Addresses.bits(v4) == address;
  }
}
