package io.holdfast.bgp.session;

import io.netty.buffer.ByteBuf;

/** Whatever keeps the connections. Called on the event loop only; nothing here blocks. */
public interface Transport {

  /**
   * Sends whole messages.
   *
   * @param messages taken over
   * @param last nothing follows on this connection
   */
  void send(long connection, ByteBuf messages, boolean last);

  /**
   * Asks for a connection; it comes as opened, or as failed.
   *
   * @param request greater than 0, comes back with either
   */
  void connect(long request, PeerSettings peer);

  /**
   * Ends a connection, after what was sent on it.
   *
   * @param abort by a reset, and without what was sent
   */
  void close(long connection, boolean abort);

  /** Tells what to do for this connection while nobody is home. */
  void arm(long connection, Arming arming);

  /**
   * Up to which offset of our stream, exclusively, routes may be sent now. Other messages do not
   * wait for it.
   */
  long credit(long connection);
}
