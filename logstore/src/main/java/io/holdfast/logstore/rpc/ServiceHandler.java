package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;

/**
 * Serves the frames of types 64 to 127 that arrive at the side that listens. Called on the
 * connection's event loop, in order of arrival: must not block.
 */
public interface ServiceHandler {

  /**
   * A request, or a frame to which nobody answers: that is for the handler to know.
   *
   * @param peer the same object for all frames of a connection
   * @param type 64 to 127
   * @param body on the heap: it may be kept, and need not be released
   */
  void request(ServicePeer peer, int type, ByteBuf body, ServiceAnswer answer);

  /** A connection from which a request came is closed. */
  void closed(ServicePeer peer);
}
