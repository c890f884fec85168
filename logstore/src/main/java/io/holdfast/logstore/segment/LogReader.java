package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads committed records in order. Owned by one thread. */
public interface LogReader extends AutoCloseable {

  /** Position of the next record. */
  long position();

  /**
   * Puts as many whole, committed records into {@code into} (from its position up to its limit) as
   * fit, and moves both positions. The bytes are exactly those of the log. Records that this
   * process neither wrote nor checked are checked here; what it wrote itself is taken as written.
   * Bytes of {@code into} beyond its new position may be overwritten.
   *
   * <p>Never waits for the network. Where the log is on other machines, 0 may also mean that what
   * is committed is not here yet; commit listeners are told again when it is, and {@link
   * #awaitMore} waits for it.
   *
   * @return bytes put, 0 if there is nothing (yet) beyond {@link #position()}, or minus the length
   *     of the next record where {@code into} has not room for that one
   * @throws LogTrimmedException if the position has been trimmed away
   * @throws LogCorruptException if what stands there is not a whole, intact record
   * @throws IOException on an error of the disk; the position is then as before
   */
  int read(ByteBuffer into) throws IOException;

  /**
   * To be asked where {@link #read} returned 0, by a thread that may wait: is that the end? A log
   * that is kept on other machines returns 0 also while what is committed is still on its way; this
   * waits until there is something to be read.
   *
   * @return false if nothing is committed beyond {@link #position()}; true if read may be called
   *     again
   * @throws IOException as read, or if the log could not be reached for as long as it was told to
   *     try
   */
  default boolean awaitMore() throws IOException {
    return false;
  }

  @Override
  void close();
}
