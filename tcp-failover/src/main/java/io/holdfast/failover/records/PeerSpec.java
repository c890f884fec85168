package io.holdfast.failover.records;

import java.net.InetAddress;

/**
 * A remote host whose connections belong to a service.
 *
 * @param remote the peer's address
 * @param local our address towards it, or the wildcard of its family: any
 * @param port the peer's port that we may connect to, 1 to 65,535, or 0: we never connect
 */
public record PeerSpec(InetAddress remote, InetAddress local, int port) {
  public PeerSpec {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port);
    }
  }
}
