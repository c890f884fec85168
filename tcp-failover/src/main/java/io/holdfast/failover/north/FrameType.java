package io.holdfast.failover.north;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.failover.records.ServiceSpec;
import org.jspecify.annotations.Nullable;

/**
 * The frames of the north channel, one line each: code, who sends it, how short and how long its
 * body (the bytes behind the type) may be. A frame is u32 length of what follows, u8 type, body.
 */
public enum FrameType {
  /** Protocol version u16, service name text, build text. */
  HELLO(1, true, 6, 2 + 2 * (2 + 255)),
  /** A {@link ServiceSpec}. */
  REGISTER(2, true, 6, ServiceSpec.MAX_LENGTH),
  /** Nothing. */
  ATTACH(3, true, 0, 0),
  /** Position i64, active u8. */
  FOLDED(4, true, 9, 9),
  /** Sequence i64, flags u8, count u16, connections i64 each, messages. */
  OUTPUT(5, true, 20, 11 + 8 * SentFlyweight.MAX_TARGETS + Limits.MAX_OUTPUT),
  /** Request i64, remote end point, local address, TTL u16. */
  CONNECT(6, true, 30, 54),
  /** Connection i64, mode u8. */
  CLOSE(7, true, 9, 9),
  /** Connection i64, an {@link Armed}. */
  ARM(8, true, 23, 8 + Armed.MAX_LENGTH),
  /** The bytes. */
  NOTE(9, true, 0, Limits.MAX_NOTE),
  /** Epoch i64, replay start i64, position of the speaker's own ATTACHED record i64. */
  WELCOME(33, false, 24, 24),
  /** Position i64, whole records as they stand in the log. */
  RECORDS(34, false, 8, Limits.MAX_FRAME - 1),
  /** Connection i64, offset i64. */
  CREDIT(35, false, 16, 16),
  /** Request i64, reason text. */
  CONNECT_FAILED(36, false, 10, 8 + 2 + Limits.MAX_REASON),
  /** Reason text; the channel is closed behind it. */
  REFUSED(37, false, 2, 2 + Limits.MAX_REASON);

  /** Limits that are no frame's own. */
  static final class Limits {
    /** What a frame's length field may say at most. */
    static final int MAX_FRAME = (1 << 20) + 64;

    /** Bytes of messages in one OUTPUT. */
    static final int MAX_OUTPUT = 64 << 10;

    /** Bytes of one NOTE: its record still fits a RECORDS frame. */
    static final int MAX_NOTE = 1 << 20;

    /** Bytes of a reason; a longer one is cut. */
    static final int MAX_REASON = 1_024;

    private Limits() {}
  }

  private static final @Nullable FrameType[] BY_CODE = new @Nullable FrameType[64];

  static {
    for (FrameType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;
  private final boolean fromSpeaker;
  private final int minBody;
  private final int maxBody;

  FrameType(int code, boolean fromSpeaker, int minBody, int maxBody) {
    this.code = code;
    this.fromSpeaker = fromSpeaker;
    this.minBody = minBody;
    this.maxBody = maxBody;
  }

  /** 1 to 63. */
  public int code() {
    return code;
  }

  /** Whether the speaker sends it (else failoverd does). */
  public boolean fromSpeaker() {
    return fromSpeaker;
  }

  /** Bytes behind the type, at least. */
  public int minBody() {
    return minBody;
  }

  /** Bytes behind the type, at most. */
  public int maxBody() {
    return maxBody;
  }

  /** The type with this code, or null where this build knows none. */
  public static @Nullable FrameType of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
