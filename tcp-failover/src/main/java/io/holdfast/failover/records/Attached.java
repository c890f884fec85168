package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;

/**
 * ATTACHED: a speaker took over. Whoever folds its own one is active.
 *
 * @param epoch greater than every one before it in the log, from 1
 * @param build what the speaker calls itself, at most 255 bytes of UTF-8
 */
public record Attached(long epoch, String build) {
  /** The longest encoding in bytes. */
  public static final int MAX_LENGTH = 8 + 2 + 255;

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    return new FieldWriter(into, at).i64(epoch).text(build).length();
  }

  public static Attached decode(RecordFlyweight record, long position) {
    FieldReader in = Payloads.reader(record, position);
    Attached attached = new Attached(in.i64("epoch"), in.text(255, "build"));
    in.finish();
    return attached;
  }
}
