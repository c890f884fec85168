package io.holdfast.logstore.segment;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;

/** The records of one payload, checked: the decoder that believes nothing. */
final class RecordBatch {
  private RecordBatch() {}

  /**
   * Looks for the first thing that is no whole, intact record.
   *
   * @param bytes whole records from index 0 to the limit, if all is well
   * @return its index, or -1 if there is none
   */
  static int damageIn(ByteBuffer bytes) {
    RecordFlyweight record = new RecordFlyweight();
    int at = 0;
    while (at < bytes.limit()) {
      if (bytes.limit() - at < RecordFlyweight.HEADER_LENGTH) {
        return at;
      }
      int length = record.wrap(bytes, at).length();
      if (length < RecordFlyweight.HEADER_LENGTH
          || length > RecordFlyweight.MAX_LENGTH
          || length > bytes.limit() - at
          || !record.intact()) {
        return at;
      }
      at += length;
    }
    return -1;
  }
}
