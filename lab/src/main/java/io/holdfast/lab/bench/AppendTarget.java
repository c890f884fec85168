package io.holdfast.lab.bench;

import java.io.IOException;
import java.util.function.LongConsumer;

/** What records are appended to: a log, or a file without one. Owned by one thread. */
interface AppendTarget extends AutoCloseable {
  /** Bytes of a payload: about what a full segment carries. */
  int PAYLOAD = 1_400;

  /** Position behind what was appended. */
  long end();

  /** Bytes by which {@link #end} grows with each record. */
  int recordBytes();

  /** Appends so many records and hands them over, all in one go. */
  void append(int records) throws IOException;

  /**
   * Who is told, in place of whoever was before, that all before a position is committed. Told on
   * the thread on which that becomes known: it must not block.
   */
  void onCommit(LongConsumer listener);

  @Override
  void close() throws IOException;
}
