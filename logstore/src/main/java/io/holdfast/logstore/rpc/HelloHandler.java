package io.holdfast.logstore.rpc;

/**
 * What both sides tell one another when a TLS connection stands, before anything else: the side
 * that dials first, the other when it has accepted that. Called on event loops: must not block.
 */
public interface HelloHandler {

  /**
   * Our hello, at most 60 KiB.
   *
   * @param to {@code host:port} that we dialled, or the address of the peer that dialled us
   */
  byte[] ours(String to);

  /**
   * Judges the peer's hello.
   *
   * @throws RefusedException if nothing more shall be exchanged with this peer
   */
  void theirs(PeerIdentity peer, byte[] hello) throws RefusedException;
}
