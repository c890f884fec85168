package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;

/**
 * CLOSED: the connection of the envelope's stream is over.
 *
 * @param text one line for people, at most 1,024 bytes of UTF-8, may be empty
 */
public record Closed(Cause cause, String text) {
  /** The longest encoding in bytes. */
  public static final int MAX_LENGTH = 1 + 2 + 1_024;

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    return new FieldWriter(into, at).u8(cause.code()).text(text).length();
  }

  public static Closed decode(RecordFlyweight record, long position) {
    FieldReader in = Payloads.reader(record, position);
    int code = in.u8("cause");
    Cause cause = Cause.of(code);
    if (cause == null) {
      throw in.wrong("cause", "1 to 8", code);
    }
    Closed closed = new Closed(cause, in.text(1_024, "text"));
    in.finish();
    return closed;
  }
}
