package io.holdfast.failover.restore;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.records.Opened;
import java.nio.ByteBuffer;

/**
 * What a restorer needs of one connection: immutable, taken before the pipeline owns the
 * connection.
 *
 * @param connection only to be handed back, never looked into
 * @param received bytes that we have of the peer; all of them stable
 * @param peerClosed the peer has ended its direction, which takes one number more
 * @param acknowledged bytes of ours that the peer is known to have
 * @param unacknowledged those behind them that the log has, in a direct buffer
 * @param window bytes that the peer may send, 1 or more
 * @param tsval a timestamp value that is beyond the last one sent, by a margin; meant for {@code
 *     atNanos}
 * @param atNanos on the clock of System.nanoTime
 */
record Restorable(
    Connection connection,
    Opened opened,
    long received,
    boolean peerClosed,
    long acknowledged,
    ByteBuffer unacknowledged,
    int window,
    long tsval,
    long atNanos) {
  /** The sequence number of the byte at this offset of ours. */
  int sendNumber(long offset) {
    return opened.iss() + 1 + (int) offset;
  }

  /** The next number that the peer is to send. */
  int receiveNumber() {
    return opened.irs() + 1 + (int) received + (peerClosed ? 1 : 0);
  }

  /** The next timestamp value, in milliseconds like the kernel's. */
  int timestamp(long nowNanos) {
    return (int) (tsval + (nowNanos - atNanos) / 1_000_000);
  }
}
