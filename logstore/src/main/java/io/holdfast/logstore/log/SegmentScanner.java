package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Walks the records of one segment file and checks each: for recovery, and for readers that do not
 * own the log. Believes nothing that it reads. Owned by one thread.
 */
final class SegmentScanner implements AutoCloseable {
  private static final int WINDOW = 1 << 20;

  /**
   * How much checksumming a search for a later record may cost, as a multiple of the file's length.
   * A file full of plausible beginnings would otherwise cost its length squared.
   */
  private static final int SEARCH_COST = 64;

  enum Found {
    RECORD,
    END,
    DAMAGE
  }

  private final Path file;
  private final FileChannel channel;
  private final RecordFlyweight record = new RecordFlyweight();

  /** Bytes of the file from {@link #windowStart} on: index 0 to limit. */
  private ByteBuffer window = ByteBuffer.allocateDirect(WINDOW).limit(0);

  private long windowStart;
  private long offset = SegmentHeader.LENGTH;
  private String damage = "";

  SegmentScanner(Path file) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  Path file() {
    return file;
  }

  FileChannel channel() {
    return channel;
  }

  /** The record found last; valid until the next call of {@link #next()}. */
  RecordFlyweight record() {
    return record;
  }

  /** Where in the file the next record is expected. */
  long offset() {
    return offset;
  }

  /** What was found in place of a record, after DAMAGE. */
  String damage() {
    return damage;
  }

  /** Goes on to the next record, and past it. After END or DAMAGE it may be asked again. */
  Found next() throws IOException {
    if (!holds(offset, RecordFlyweight.HEADER_LENGTH)) {
      long rest = Math.max(0, channel.size() - offset);
      damage = rest + " bytes, fewer than the header of a record has";
      return rest == 0 ? Found.END : Found.DAMAGE;
    }
    int length = window.getInt(index(offset));
    if (length < RecordFlyweight.HEADER_LENGTH || length > RecordFlyweight.MAX_LENGTH) {
      damage = "a record that claims " + Integer.toUnsignedString(length) + " bytes";
      return Found.DAMAGE;
    }
    if (!holds(offset, length)) {
      long rest = channel.size() - offset;
      damage = "a record of " + length + " bytes, of which " + rest + " are there";
      return Found.DAMAGE;
    }
    if (!record.wrap(window, index(offset)).intact()) {
      damage = "a record of " + length + " bytes whose checksum does not match";
      return Found.DAMAGE;
    }
    offset += length;
    return Found.RECORD;
  }

  /**
   * Looks for an intact record that starts at this offset or anywhere behind. That there is one
   * behind a damage tells a flipped bit in the middle from a tail that a crash tore off.
   *
   * @return its offset in the file, or -1. A search that costs too much returns where it stopped:
   *     so much that looks like records is not a torn tail.
   */
  long recordFrom(long start) throws IOException {
    long budget = SEARCH_COST * channel.size();
    for (long at = start; holds(at, RecordFlyweight.HEADER_LENGTH); at++) {
      int length = window.getInt(index(at));
      if (!plausible(at, length) || !holds(at, length)) {
        continue;
      }
      budget -= length;
      if (budget < 0 || record.wrap(window, index(at)).intact()) {
        return at;
      }
    }
    return -1;
  }

  private boolean plausible(long at, int length) {
    return length >= RecordFlyweight.HEADER_LENGTH
        && length <= RecordFlyweight.MAX_LENGTH
        && window.get(index(at) + RecordFlyweight.KIND_OFFSET) != 0
        && window.getShort(index(at) + RecordFlyweight.RESERVED_OFFSET) == 0;
  }

  /** Forgets what was read, so that the next look sees the file as it is then. */
  void forget() {
    window.limit(0);
  }

  private int index(long at) {
    return (int) (at - windowStart);
  }

  /** Makes the window hold these bytes of the file; false if the file ends before. */
  private boolean holds(long at, int length) throws IOException {
    if (at >= windowStart && at + length <= windowStart + window.limit()) {
      return true;
    }
    if (length > window.capacity()) {
      window = ByteBuffer.allocateDirect(Integer.highestOneBit(length - 1) << 1);
    }
    windowStart = at;
    window.clear();
    while (window.hasRemaining()) {
      if (channel.read(window, at + window.position()) < 0) {
        break;
      }
    }
    window.flip();
    return window.limit() >= length;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
