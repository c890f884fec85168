/**
 * The south wrapper: what stands between the kernel's TCP and the network.
 *
 * <p>{@link io.holdfast.failover.south.Rules} sends segments of protected connections to a
 * netfilter queue. The rules outlive the process on purpose: while nobody listens on the queue the
 * kernel drops what they match, so that no FIN, RST or acknowledgment leaves for a connection whose
 * owner is dead. They name the peers, addresses and ports of this instance only, stand in chains of
 * their own at the head of the raw table (an ACCEPT that somebody puts into the filter table cannot
 * open them), and never say {@code --queue-bypass}, which would turn a dead queue into an open
 * gate.
 *
 * <p>Owning thread: rules are applied by one thread at a time (they run a program and wait for it,
 * so never the pipeline's). RFC 9293 section 3.1 has the flags that they match.
 */
@NullMarked
package io.holdfast.failover.south;

import org.jspecify.annotations.NullMarked;
