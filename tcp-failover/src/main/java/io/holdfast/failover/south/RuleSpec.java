package io.holdfast.failover.south;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of one instance protect.
 *
 * @param queue the netfilter queue, 0 to 65535; its number names the chains, so instances in one
 *     network namespace have different ones
 * @param peers in any order; doubles are left out
 */
public record RuleSpec(int queue, List<ProtectedPeer> peers) {
  public RuleSpec {
    if (queue < 0 || queue > 0xffff) {
      throw new IllegalArgumentException("queue " + queue);
    }
    peers = peers.stream().distinct().toList();
  }

  /**
   * Connections with one remote address.
   *
   * @param peer its address
   * @param local our address, or null (or a wildcard) for any
   * @param servicePort our port, to which the peer connects; 0 if none
   * @param peerPort the peer's port, to which we connect; 0 if none
   */
  public record ProtectedPeer(
      InetAddress peer, @Nullable InetAddress local, int servicePort, int peerPort) {
    public ProtectedPeer {
      if (local != null && local.isAnyLocalAddress()) {
        local = null;
      }
      if (local != null && local instanceof Inet6Address != peer instanceof Inet6Address) {
        throw new IllegalArgumentException(
            "local address " + local.getHostAddress() + " and peer " + peer.getHostAddress());
      }
      if (servicePort < 0 || servicePort > 0xffff || peerPort < 0 || peerPort > 0xffff) {
        throw new IllegalArgumentException("ports " + servicePort + ", " + peerPort);
      }
    }
  }
}
