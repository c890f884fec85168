package io.holdfast.logstore.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a member of the log is reached. Names are kept as written, in lower case, and resolved by
 * whoever connects.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in its shortest form and without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {

  /** {@code 192.0.2.1:7790}, {@code [2001:db8::1]:7790} or {@code name:7790}; else empty. */
  public static Optional<HostPort> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    return port < 1 || port > 65_535
        ? Optional.empty()
        : host(text.substring(0, colon)).map(host -> new HostPort(host, port));
  }

  private static Optional<String> host(String text) {
    try {
      if (text.startsWith("[") && text.endsWith("]")) {
        String inside = text.substring(1, text.length() - 1);
        return inside.matches("[0-9A-Fa-f:.]+")
            ? Optional.of(shortest(Inet6Address.ofLiteral(inside).getAddress()))
            : Optional.empty();
      }
      if (text.matches("[0-9.]+")) {
        return text.matches("([0-9]+[.]){3}[0-9]+")
            ? Optional.of(Inet4Address.ofLiteral(text).getHostAddress())
            : Optional.empty();
      }
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    String label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    return text.length() <= 253 && text.matches(label + "([.]" + label + ")*")
        ? Optional.of(text.toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  /** RFC 5952: no leading zeros, and the longest run of two zero groups or more is left out. */
  private static String shortest(byte[] address) {
    if (address.length != 16) {
      throw new IllegalArgumentException("IPv4-mapped");
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (address[2 * i] & 0xff) << 8 | (address[2 * i + 1] & 0xff);
    }
    int longest = -1;
    int length = 1;
    for (int from = 0; from < 8; from++) {
      int to = from;
      while (to < 8 && groups[to] == 0) {
        to++;
      }
      if (to - from > length) {
        longest = from;
        length = to - from;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == longest) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
            .append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /** Whether this is the address of no machine in particular: {@code 0.0.0.0} or {@code ::}. */
  public boolean unspecified() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
