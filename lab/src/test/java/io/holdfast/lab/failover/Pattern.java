package io.holdfast.lab.failover;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * An endless stream of bytes that look random, each a function of the seed and its offset (Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 */
final class Pattern {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private Pattern() {}

  private static long word(long seed, long index) {
    long z = seed + (index + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  /** The bytes of {@code seed} from this offset on. */
  static byte[] bytes(long seed, long offset, int length) {
    byte[] bytes = new byte[length];
    long word = 0;
    for (int i = 0; i < length; i++) {
      long at = offset + i;
      if (i == 0 || (at & 7) == 0) {
        word = word(seed, at >>> 3);
      }
      bytes[i] = (byte) (word >>> ((at & 7) * 8));
    }
    return bytes;
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
