package io.holdfast.logstore.record;

import org.jspecify.annotations.Nullable;

/** The kinds of record, one line each. The code is what stands on disk and never changes. */
public enum RecordKind {
  /** A service (its ports, peers, heartbeat, farewells) made itself known. */
  REGISTERED(1),
  /** A connection was armed or disarmed for the stand-in. */
  ARMED(2),
  /** What a restore needs beside the streams: acknowledged offset, timestamps, window edge. */
  PROGRESS(3),
  /** A fact of the service that stands in neither stream; opaque to the layers below. */
  NOTED(4),
  /** A connection: its end points, initial sequence numbers, options. */
  OPENED(5),
  /** Bytes that the peer sent and our TCP has accepted. */
  RECEIVED(6),
  /** Whole application messages of ours, for one connection or many. */
  SENT(7),
  /** A part of a checkpoint. */
  CHECKPOINT(8),
  /** The peer ended its direction (FIN). */
  PEER_CLOSED(9),
  /** The connection is over, with the cause. */
  CLOSED(10),
  /** A speaker attached: its epoch and build. */
  ATTACHED(11),
  /** A message that killed the speaker was set aside. */
  QUARANTINED(12);

  private static final @Nullable RecordKind[] BY_CODE = new @Nullable RecordKind[13];

  static {
    for (RecordKind kind : values()) {
      BY_CODE[kind.code] = kind;
    }
  }

  private final int code;

  RecordKind(int code) {
    this.code = code;
  }

  /** 1 to 12. */
  public int code() {
    return code;
  }

  /** The kind with this code, or null where this build knows none. */
  public static @Nullable RecordKind of(int code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
