package io.holdfast.logstore.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads committed records in order. Owned by one thread. */
public interface LogReader extends AutoCloseable {

  /** Position of the next record. */
  long position();

  /**
   * Puts as many whole, committed records into {@code into} (from its position up to its limit) as
   * fit, and moves both positions. Checksums are as on disk; a caller that distrusts it checks
   * them.
   *
   * @return bytes put, 0 if nothing is committed beyond {@link #position()}, or minus the length of
   *     the next record where {@code into} has not room for that one
   * @throws IOException on an error of the disk, or if the position has been trimmed away
   */
  int read(ByteBuffer into) throws IOException;

  @Override
  void close();
}
