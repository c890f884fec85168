package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;

/** A client of a service, seen from the side that listens. Thread-safe. */
public interface ServicePeer {

  PeerIdentity identity();

  /**
   * Sends a frame that nobody asked for.
   *
   * @param type 64 to 127
   * @param body released by the callee
   * @return false if it is not sent: too much waits for this peer already, or it is gone
   */
  boolean push(int type, ByteBuf body);

  /** Whether it is connected and takes more. */
  boolean takesMore();

  void close();
}
