package io.holdfast.logstore.rpc;

import java.util.List;

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
}
