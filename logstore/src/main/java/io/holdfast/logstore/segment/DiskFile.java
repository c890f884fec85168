package io.holdfast.logstore.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file. Every access states its place; from any thread. An interrupt of the calling thread
 * neither closes it nor is lost.
 */
public interface DiskFile extends Closeable {

  /** Reads into the buffer from this byte of the file on; the count, or -1 at the end. */
  int read(ByteBuffer into, long at) throws IOException;

  /** Writes all of the buffer. What fails in the midst may have been written in part. */
  void write(ByteBuffer from, long at) throws IOException;

  /** Bytes. */
  long size() throws IOException;

  /** Cuts off what is behind this byte. */
  void truncate(long size) throws IOException;

  /** Returns when the bytes written, and the size they need, are on the disk. */
  void force() throws IOException;

  @Override
  void close() throws IOException;
}
