package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * ARMED: what the stand-in does for a connection (the envelope's stream) while nobody is home.
 *
 * @param on false disarms; the rest then means nothing
 * @param heartbeat bytes to send each interval (BGP: the KEEPALIVE, RFC 4271 section 4.4)
 * @param intervalMillis between heartbeats, 0: none
 * @param silenceMillis how long the peer may say nothing (BGP: the hold time), 0: for ever
 * @param silenceFarewell sent when it said nothing for that long (BGP: NOTIFICATION, section 4.5)
 * @param limitFarewell sent when the stand-in has reached its limit (BGP: Cease, RFC 4486)
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, copied on the way in and out
public record Armed(
    boolean on,
    byte[] heartbeat,
    int intervalMillis,
    int silenceMillis,
    byte[] silenceFarewell,
    byte[] limitFarewell) {
  /** Bytes of one message, at most. */
  public static final int MAX_MESSAGE = 4_096;

  /** The longest encoding in bytes. */
  public static final int MAX_LENGTH = 1 + 4 + 4 + 3 * (2 + MAX_MESSAGE);

  /** Disarms. */
  public static final Armed OFF = new Armed(false, new byte[0], 0, 0, new byte[0], new byte[0]);

  public Armed {
    heartbeat = bounded(heartbeat);
    silenceFarewell = bounded(silenceFarewell);
    limitFarewell = bounded(limitFarewell);
    if (intervalMillis < 0 || silenceMillis < 0) {
      throw new IllegalArgumentException(intervalMillis + " ms, " + silenceMillis + " ms");
    }
  }

  private static byte[] bounded(byte[] message) {
    if (message.length > MAX_MESSAGE) {
      throw new IllegalArgumentException(message.length + " bytes, at most " + MAX_MESSAGE);
    }
    return message.clone();
  }

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    return new FieldWriter(into, at)
        .flag(on)
        .i32(intervalMillis)
        .i32(silenceMillis)
        .blob(heartbeat)
        .blob(silenceFarewell)
        .blob(limitFarewell)
        .length();
  }

  public static Armed decode(RecordFlyweight record, long position) {
    return read(Payloads.reader(record, position));
  }

  /** Reads one that fills the rest of a record or of a frame. */
  public static Armed read(FieldReader in) {
    boolean on = in.flag("on");
    int interval = in.i32("interval");
    int silence = in.i32("silence limit");
    if (interval < 0 || silence < 0) {
      throw in.wrong("a time in milliseconds", "0 or more", Math.min(interval, silence));
    }
    byte[] heartbeat = in.blob(MAX_MESSAGE, "heartbeat");
    byte[] silenceFarewell = in.blob(MAX_MESSAGE, "farewell for silence");
    byte[] limitFarewell = in.blob(MAX_MESSAGE, "farewell at the limit");
    in.finish();
    return new Armed(on, heartbeat, interval, silence, silenceFarewell, limitFarewell);
  }

  @Override
  public byte[] heartbeat() {
    return heartbeat.clone();
  }

  @Override
  public byte[] silenceFarewell() {
    return silenceFarewell.clone();
  }

  @Override
  public byte[] limitFarewell() {
    return limitFarewell.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Armed that
        && on == that.on
        && intervalMillis == that.intervalMillis
        && silenceMillis == that.silenceMillis
        && Arrays.equals(heartbeat, that.heartbeat)
        && Arrays.equals(silenceFarewell, that.silenceFarewell)
        && Arrays.equals(limitFarewell, that.limitFarewell);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(heartbeat) * 31 + intervalMillis;
  }

  @Override
  public String toString() {
    return on
        ? "Armed[%d bytes each %d ms, silence limit %d ms, farewells of %d and %d bytes]"
            .formatted(
                heartbeat.length,
                intervalMillis,
                silenceMillis,
                silenceFarewell.length,
                limitFarewell.length)
        : "Armed[off]";
  }
}
