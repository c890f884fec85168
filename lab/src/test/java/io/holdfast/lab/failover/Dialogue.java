package io.holdfast.lab.failover;

import java.nio.ByteBuffer;

/**
 * What a peer asks for on a connection, in its first {@link #LENGTH} bytes: how much it will send,
 * and how much it wants, both of which are {@link Pattern}s. At the end the service sends the
 * SHA-256 of what it got.
 *
 * @param downLength a multiple of {@link #UNIT}
 * @param armed the service is to arm the connection
 */
record Dialogue(long upSeed, long upLength, long downSeed, long downLength, boolean armed) {
  static final int LENGTH = 40;

  /** Bytes of every message of the service but the digest (which is two of them). */
  static final int UNIT = 16;

  static final int DIGEST = 32;
  static final String HEARTBEAT = "..heartbeat.....";
  static final String SILENT = "..you.said.none.";
  static final String LIMIT = "..nobody.is.here";

  byte[] encoded() {
    return ByteBuffer.allocate(LENGTH)
        .putLong(upSeed)
        .putLong(upLength)
        .putLong(downSeed)
        .putLong(downLength)
        .putLong(armed ? 1 : 0)
        .array();
  }

  static Dialogue decode(ByteBuffer from) {
    return new Dialogue(
        from.getLong(), from.getLong(), from.getLong(), from.getLong(), from.getLong() == 1);
  }

  /** Both directions alike. */
  static Dialogue both(long seed, long length) {
    return new Dialogue(seed, length, ~seed, length, false);
  }

  /** A few bytes each way, and armed. */
  static Dialogue quiet(long seed) {
    return new Dialogue(seed, 10, ~seed, UNIT, true);
  }
}
