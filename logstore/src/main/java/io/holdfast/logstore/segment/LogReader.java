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
   * @return bytes put, 0 if nothing is committed beyond {@link #position()}, or minus the length of
   *     the next record where {@code into} has not room for that one
   * @throws LogTrimmedException if the position has been trimmed away
   * @throws LogCorruptException if what stands there is not a whole, intact record
   * @throws IOException on an error of the disk; the position is then as before
   */
  int read(ByteBuffer into) throws IOException;

  @Override
  void close();
}
