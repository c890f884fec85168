package io.holdfast.logstore.remote;

import org.jspecify.annotations.Nullable;

/**
 * The messages of the service, one line each: the type of its frame (64 to 127), and the longest
 * body of a request. The code never changes.
 */
enum MessageType {
  /** Begins the turn of an owner. */
  OPEN(64, 512),
  /** Goes on with a turn, on another connection. */
  RESUME(65, 512),
  /** Appends whole records. */
  APPEND(66, (16 << 20) + 64),
  /** Reads committed records. */
  READ(67, 64),
  /** Allows the log to drop what is old. */
  TRIM(68, 64),
  /** Asks for open streams. */
  STREAMS(69, 512),
  /** Asks for figures and members. */
  STATISTICS(70, 64),
  /** Waits until the log's status changes, or it is committed farther. */
  WATCH(71, 64);

  private final int code;
  private final int longestRequest;

  MessageType(int code, int longestRequest) {
    this.code = code;
    this.longestRequest = longestRequest;
  }

  /** Of the frame, 64 to 127. */
  int code() {
    return code;
  }

  /** Bytes. */
  int longestRequest() {
    return longestRequest;
  }

  /** Null where this build knows none. */
  static @Nullable MessageType of(int code) {
    for (MessageType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
