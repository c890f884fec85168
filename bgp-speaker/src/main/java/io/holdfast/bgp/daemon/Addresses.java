package io.holdfast.bgp.daemon;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** IPv4 addresses as the JDK has them and as 32 bits. */
final class Addresses {
  private Addresses() {}

  /** 0 for an address of another family. */
  static int bits(InetAddress address) {
    if (!(address instanceof Inet4Address)) {
      return 0;
    }
    return ByteBuffer.wrap(address.getAddress()).getInt();
  }

  static InetAddress of(int bits) {
    try {
      return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(bits).array());
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // Four octets are always an address.
    }
  }
}
