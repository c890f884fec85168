package io.holdfast.logstore.remote;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;

/** Whole records back to back in an array. */
final class RecordRun {
  private RecordRun() {}

  /**
   * Counts the records, and checks length and checksum of each.
   *
   * @throws BadMessageException if these are not whole, intact records and nothing else
   */
  static int check(byte[] array, int from, int length) throws BadMessageException {
    ByteBuffer buffer = ByteBuffer.wrap(array);
    RecordFlyweight record = new RecordFlyweight();
    int count = 0;
    int at = from;
    int end = from + length;
    while (at < end) {
      int claimed = end - at < RecordFlyweight.HEADER_LENGTH ? 0 : record.wrap(buffer, at).length();
      if (claimed < RecordFlyweight.HEADER_LENGTH
          || claimed > RecordFlyweight.MAX_LENGTH
          || claimed > end - at) {
        throw new BadMessageException(
            BadMessageException.Fault.RECORDS,
            "no whole record at byte %d of %d".formatted(at - from, length));
      }
      if (!record.intact()) {
        throw new BadMessageException(
            BadMessageException.Fault.RECORDS,
            "a record of %d bytes at byte %d of %d whose checksum does not match"
                .formatted(claimed, at - from, length));
      }
      at += claimed;
      count++;
    }
    return count;
  }

  /** Number of the records, which are known to be whole. */
  static int count(byte[] array, int from, int length) {
    ByteBuffer buffer = ByteBuffer.wrap(array);
    int count = 0;
    for (int at = from; at < from + length; at += buffer.getInt(at)) {
      count++;
    }
    return count;
  }

  /** Bytes of as many of the records (known to be whole) as fit into {@code room}. */
  static int fitting(ByteBuffer records, int from, int end, int room) {
    int at = from;
    while (at < end && at + records.getInt(at) - from <= room) {
      at += records.getInt(at);
    }
    return at - from;
  }
}
