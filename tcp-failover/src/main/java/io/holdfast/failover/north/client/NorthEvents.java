package io.holdfast.failover.north.client;

import io.holdfast.logstore.record.RecordFlyweight;

/**
 * What failoverd says to the speaker. All calls come on the client's event loop. An exception out
 * of one of them means that the fold is not to be trusted: it is logged and costs the channel.
 */
public interface NorthEvents {

  /**
   * An attachment begins: fold from nothing.
   *
   * @param epoch ours; greater than any before
   * @param replayStart position of the first record that will come
   * @param attachedAt position of our own ATTACHED record; having folded it, call {@link
   *     NorthClient#becameActive()}
   */
  void welcome(long epoch, long replayStart, long attachedAt);

  /**
   * The next record. Its checksum has been checked, its payload has not.
   *
   * @param record valid only during the call
   */
  void record(long position, RecordFlyweight record);

  /**
   * We may send on this connection up to this offset (exclusively) of our stream. May come before
   * the OPENED record of the connection; {@link NorthClient#credit} keeps it until CLOSED.
   */
  void credit(long connection, long offset);

  void connectFailed(long request, String reason);

  /** failoverd does not want us; the client is closed and tries no more. */
  void refused(String reason);

  /** The channel is gone; the client is already trying to attach anew. */
  void lost(String reason);
}
