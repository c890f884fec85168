package io.holdfast.failover.restore;

import io.holdfast.failover.connection.Connection;

/** What became of a connection that was to be restored. Called on the restorer's thread. */
public interface RestoreOutcome {
  /**
   * It has a socket, established and non-blocking; the descriptor is the receiver's from now on.
   *
   * @param acknowledged bytes of ours that the peer has; nothing behind them was given to the
   *     socket
   * @param tsval the socket's timestamp value at this moment
   */
  void restored(Connection connection, int descriptor, long acknowledged, int tsval);

  /**
   * It can't be restored.
   *
   * @param errno what the kernel said; ETIMEDOUT: the peer never finished its handshake
   */
  void lost(Connection connection, int errno);
}
