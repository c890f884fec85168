package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;

/**
 * PROGRESS: what a restore needs to know of a connection (the envelope's stream) beside its bytes.
 * Written now and then; what it says was true when it was written and can only have grown since.
 *
 * @param acknowledged bytes of ours that the peer has acknowledged, from the first behind the SYN
 * @param window bytes that we let the peer send beyond what we have received
 * @param tsval a timestamp value (RFC 7323) that was not sent before the record's time, 0 to 2^32 −
 *     1; 0 where there are none
 * @param over its socket is gone: nothing is left to be done for it
 */
public record Progress(long acknowledged, int window, long tsval, boolean over) {
  /** The length of the encoding in bytes. */
  public static final int LENGTH = 8 + 4 + 4 + 1;

  public Progress {
    if (acknowledged < 0 || window < 0 || tsval < 0 || tsval > 0xffff_ffffL) {
      throw new IllegalArgumentException(acknowledged + ", " + window + ", " + tsval);
    }
  }

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    return new FieldWriter(into, at)
        .i64(acknowledged)
        .i32(window)
        .i32((int) tsval)
        .flag(over)
        .length();
  }

  public static Progress decode(RecordFlyweight record, long position) {
    FieldReader in = Payloads.reader(record, position);
    long acknowledged = in.i64("acknowledged offset");
    int window = in.i32("window");
    if (acknowledged < 0 || window < 0) {
      throw in.wrong("an offset or a window", "0 or more", Math.min(acknowledged, window));
    }
    long tsval = in.i32("timestamp value") & 0xffff_ffffL;
    Progress progress = new Progress(acknowledged, window, tsval, in.flag("over"));
    in.finish();
    return progress;
  }
}
