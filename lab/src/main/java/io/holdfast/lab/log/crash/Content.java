package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.BatchId;
import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.SplittableRandom;

/** The payloads of a run: a name, and bytes that follow from the name alone. */
final class Content {
  /** The longest run of bytes behind a name. */
  static final int LONGEST = 200_000;

  private Content() {}

  /** A length from 1 B to 200 kB, short ones more often. */
  static int length(Random random) {
    int bits = 1 + random.nextInt(17);
    return Math.min(LONGEST, (1 << bits) - 1 + random.nextInt(1 << bits));
  }

  /** Puts name and bytes into the buffer, from its start on. */
  static ByteBuffer payload(BatchId id, int length, ByteBuffer into) {
    into.clear();
    id.write(into);
    SplittableRandom bytes =
        new SplittableRandom(id.client().hashCode() * 31L + id.epoch() * 1_000_003 + id.sequence());
    int end = into.position() + length;
    while (end - into.position() >= Long.BYTES) {
      into.putLong(bytes.nextLong());
    }
    while (into.position() < end) {
      into.put((byte) bytes.nextInt());
    }
    return into.flip();
  }

  /** Bytes of the record with such a payload. */
  static int recordLength(int payload) {
    return RecordFlyweight.HEADER_LENGTH + payload;
  }
}
