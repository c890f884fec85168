package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A stretch of a file in memory, moved as it is asked for. Owned by one thread. */
final class FileWindow {
  private final DiskFile file;

  /** Bytes of the file from {@link #start} on: index 0 to limit. */
  private ByteBuffer bytes;

  private long start;
  private int ahead;

  /**
   * A window on a file.
   *
   * @param buffer what it is read into; a longer one is made when it is asked for more
   * @param ahead bytes read at once where fewer are asked for, at most what the buffer holds
   */
  FileWindow(DiskFile file, ByteBuffer buffer, int ahead) {
    this.file = file;
    this.bytes = buffer.clear().limit(0);
    this.ahead = Math.min(ahead, buffer.capacity());
  }

  /** The bytes; the byte of the file at {@code at} has index {@link #index}. */
  ByteBuffer bytes() {
    return bytes;
  }

  int index(long at) {
    return (int) (at - start);
  }

  /** Forgets what was read, so that the next look sees the file as it is then. */
  void forget() {
    bytes.limit(0);
  }

  /** How much is read at once from now on. */
  void ahead(int count) {
    ahead = Math.min(count, bytes.capacity());
  }

  /** Makes the window hold these bytes of the file; false if the file ends before. */
  boolean holds(long at, int length) throws IOException {
    if (at >= start && at + length <= start + bytes.limit()) {
      return true;
    }
    if (length > bytes.capacity()) {
      bytes = ByteBuffer.allocateDirect(Integer.highestOneBit(length - 1) << 1);
    }
    start = at;
    bytes.clear().limit(Math.max(ahead, length));
    while (bytes.position() < length) {
      if (file.read(bytes, at + bytes.position()) < 0) {
        break;
      }
    }
    bytes.flip();
    return bytes.limit() >= length;
  }

  /** Bytes there are from here on, not more than so many, after {@link #holds} said no. */
  int rest(long at) {
    return Math.max(0, bytes.limit() - index(at));
  }
}
