package io.holdfast.failover.records;

import java.net.InetAddress;

/**
 * A remote host whose connections belong to a service.
 *
 * @param remote the peer's address
 * @param local our address towards it, or the wildcard of its family: any
 */
public record PeerSpec(InetAddress remote, InetAddress local) {}
