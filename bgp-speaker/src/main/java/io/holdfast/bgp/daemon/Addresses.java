package io.holdfast.bgp.daemon;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** IPv4 addresses as the JDK has them and as 32 bits. */
final class Addresses {
  private Addresses() {}

  /** 0 for an address of another family. */
  static int bits(InetAddress address) {
    if (!(address instanceof Inet4Address)) {
      return 0;
    }
    byte[] octets = address.getAddress();
    return (octets[0] & 0xFF) << 24
        | (octets[1] & 0xFF) << 16
        | (octets[2] & 0xFF) << 8
        | octets[3] & 0xFF;
  }

  static InetAddress of(int bits) {
    byte[] octets = {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // Four octets are always an address.
    }
  }
}
