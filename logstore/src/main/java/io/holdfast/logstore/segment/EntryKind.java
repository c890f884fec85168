package io.holdfast.logstore.segment;

import org.jspecify.annotations.Nullable;

/** The kinds of entry, one line each. The code is what stands on disk and never changes. */
public enum EntryKind {
  /** Whole records, back to back: the only kind that advances the position. */
  RECORDS(1),
  /** What is before a position is not wanted any more. */
  TRIM(2),
  /** Somebody became the owner of the log. */
  OWNER(3),
  /** A stream was idle for too long and was dropped. */
  EXPIRED(4),
  /** Who the members are. */
  CONFIGURATION(5),
  /** Nothing; a leader's first entry. */
  NO_OP(6);

  private static final @Nullable EntryKind[] BY_CODE = new @Nullable EntryKind[7];

  static {
    for (EntryKind kind : values()) {
      BY_CODE[kind.code] = kind;
    }
  }

  private final int code;

  EntryKind(int code) {
    this.code = code;
  }

  /** 1 to 6. */
  public int code() {
    return code;
  }

  /** The kind with this code, or null where this build knows none. */
  public static @Nullable EntryKind of(int code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
