package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;

/** What a client of a service hears unasked. Called on the connection's event loop. */
public interface ServiceListener {

  /**
   * A frame that the other side {@linkplain ServicePeer#push pushed}, in order with its answers.
   *
   * @param type 64 to 127
   * @param body on the heap: it may be kept, and need not be released
   */
  void pushed(int type, ByteBuf body);

  /** The connection is closed; calls that had no answer have failed. */
  void closed();
}
