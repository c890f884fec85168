package io.holdfast.logstore.rpc;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end, as TLS proved it.
 *
 * @param remoteAddress address and port as seen here; for a connection that we dialled, {@code
 *     host:port} as dialled
 * @param certificateNames subject alternative names of its certificate, host names and addresses as
 *     text; may be empty
 */
public record PeerIdentity(String remoteAddress, List<String> certificateNames) {
  public PeerIdentity {
    certificateNames = List.copyOf(certificateNames);
  }

  /** Whether the certificate is for this host: a name, or an address in any of its spellings. */
  public boolean carries(String host) {
    InetAddress address = literal(host);
    for (String name : certificateNames) {
      if (name.equalsIgnoreCase(host) || (address != null && address.equals(literal(name)))) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable InetAddress literal(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
