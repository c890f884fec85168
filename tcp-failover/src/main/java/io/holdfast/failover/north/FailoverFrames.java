package io.holdfast.failover.north;

import io.netty.buffer.ByteBuf;

/** The frames that failoverd sends, decoded: one method for each, fields in the frame's order. */
public interface FailoverFrames {
  void welcome(long epoch, long replayStart, long attachedAt);

  /** Whole records from reader to writer index; the decoder's, valid only during the call. */
  void records(long position, ByteBuf records);

  void credit(long connection, long offset);

  void connectFailed(long request, String reason);

  void refused(String reason);
}
