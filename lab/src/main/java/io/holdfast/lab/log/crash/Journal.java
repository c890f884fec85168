package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.BatchId;

/**
 * What an owner of the log says of its doings, before it does them. From any thread; times are
 * {@link System#nanoTime()}.
 */
interface Journal {
  /** The turn of an owner begins. */
  void owns(long epoch, long first, long position);

  /** A record is about to be appended; the hash is that of its payload. */
  void invoked(BatchId id, long position, int length, String hash, long at);

  /** All before this position was told committed. */
  void committed(long position, long at);

  /** What is before this position may be dropped from now on. */
  void trims(long position);

  /** What was appended is about to be handed over. */
  void flushes();

  /** The status of the log has changed. */
  void status(String status, String reason);
}
