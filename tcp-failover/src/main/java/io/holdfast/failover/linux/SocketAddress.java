package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/**
 * {@code struct sockaddr_in} and {@code sockaddr_in6} (ip(7), ipv6(7)). Thread-safe: no state.
 *
 * <pre>
 *   IPv4: family 2, port 2 (big-endian), address 4, zero 8
 *   IPv6: family 2, port 2 (big-endian), flow 4, address 16, scope 4
 * </pre>
 */
final class SocketAddress {
  /** Bytes that hold either. */
  static final int LENGTH = 28;

  private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int IPV4_LENGTH = 16;
  private static final int IPV4_ADDRESS_OFFSET = 4;
  private static final int IPV6_ADDRESS_OFFSET = 8;
  private static final int IPV6_SCOPE_OFFSET = 24;

  private SocketAddress() {}

  /** Writes it and returns its length. */
  static int write(MemorySegment into, InetAddress address, int port) {
    into.fill((byte) 0);
    into.set(PORT, 2, (short) port);
    byte[] bytes = address.getAddress();
    if (address instanceof Inet6Address six) {
      into.set(JAVA_SHORT, 0, (short) Libc.AF_INET6);
      MemorySegment.copy(bytes, 0, into, JAVA_BYTE, IPV6_ADDRESS_OFFSET, bytes.length);
      into.set(JAVA_INT, IPV6_SCOPE_OFFSET, six.getScopeId());
      return LENGTH;
    }
    into.set(JAVA_SHORT, 0, (short) Libc.AF_INET);
    MemorySegment.copy(bytes, 0, into, JAVA_BYTE, IPV4_ADDRESS_OFFSET, bytes.length);
    return IPV4_LENGTH;
  }

  static InetSocketAddress read(MemorySegment from) {
    int port = from.get(PORT, 2) & 0xffff;
    boolean six = from.get(JAVA_SHORT, 0) == Libc.AF_INET6;
    byte[] bytes = new byte[six ? 16 : 4];
    int at = six ? IPV6_ADDRESS_OFFSET : IPV4_ADDRESS_OFFSET;
    MemorySegment.copy(from, JAVA_BYTE, at, bytes, 0, bytes.length);
    try {
      int scope = six ? from.get(JAVA_INT, IPV6_SCOPE_OFFSET) : 0;
      InetAddress address =
          scope == 0
              ? InetAddress.getByAddress(bytes)
              : Inet6Address.getByAddress(null, bytes, scope);
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
