package io.holdfast.failover.records;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * One end of a TCP connection.
 *
 * @param address never null; what scope id it carries itself is dropped in favour of the component
 * @param scopeId interface index of an IPv6 link-local address (RFC 4007), else 0
 * @param port 0 to 65,535
 */
public record Endpoint(InetAddress address, int scopeId, int port) {
  public Endpoint {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port);
    }
    address = withoutScope(address);
  }

  /** The end point of a socket address that is resolved. */
  public static Endpoint of(InetSocketAddress socket) {
    return of(socket.getAddress(), socket.getPort());
  }

  /** Takes the scope id from the address. */
  public static Endpoint of(InetAddress address, int port) {
    int scope = address instanceof Inet6Address v6 ? v6.getScopeId() : 0;
    return new Endpoint(address, scope, port);
  }

  /** The same, as the JDK has it, with the scope id in the address. */
  public InetSocketAddress socketAddress() {
    if (scopeId == 0 || !(address instanceof Inet6Address)) {
      return new InetSocketAddress(address, port);
    }
    try {
      return new InetSocketAddress(
          Inet6Address.getByAddress(null, address.getAddress(), scopeId), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  void write(FieldWriter out) {
    byte[] bytes = address.getAddress();
    out.u8(bytes.length).bytes(bytes).i32(scopeId).u16(port);
  }

  /** Reads one from the fields of a record or of a frame. */
  public static Endpoint read(FieldReader in, String field) {
    InetAddress address = in.address(field);
    return of(address, in.u16(field));
  }

  /** Writes it as {@link #read} reads it. */
  public static void write(FieldWriter out, Endpoint endpoint) {
    endpoint.write(out);
  }

  /** As {@code 10.77.0.1:179} or {@code [fe80::1%3]:179}. */
  @Override
  public String toString() {
    String text = address.getHostAddress();
    if (address instanceof Inet6Address) {
      return "[" + text + (scopeId == 0 ? "" : "%" + scopeId) + "]:" + port;
    }
    return text + ":" + port;
  }

  private static InetAddress withoutScope(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
