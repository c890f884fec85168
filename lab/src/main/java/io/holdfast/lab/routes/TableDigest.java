package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/**
 * A number for a set of routes that does not depend on their order: the sum over all routes of a
 * hash of prefix and canonical attributes. Not thread-safe.
 */
public final class TableDigest {
  private final Map<PathAttributes, Long> hashes = new HashMap<>();
  private final MessageDigest sha;
  private long sum;

  /** Of no routes. */
  public TableDigest() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Adds a route. */
  public void add(long prefix, PathAttributes attributes) {
    long hash = hashes.computeIfAbsent(attributes, this::hash);
    sum += mix(prefix * 0x9E37_79B9_7F4A_7C15L ^ hash);
  }

  private long hash(PathAttributes attributes) {
    return ByteBuffer.wrap(sha.digest(attributes.canonicalForm().toArray())).getLong();
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ (mixed >>> 31);
  }

  /** The number so far. */
  public long value() {
    return sum;
  }
}
