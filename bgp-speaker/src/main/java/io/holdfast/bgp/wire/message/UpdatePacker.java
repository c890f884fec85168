package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.netty.buffer.ByteBuf;

/** Writes prefixes as the fewest whole UPDATE messages. Stateless; any thread. */
@SuppressWarnings("DoNotCallSuggester")
public final class UpdatePacker {
  private UpdatePacker() {}

  /**
   * Appends UPDATEs that announce {@code count} prefixes from {@code from} with one attribute set.
   *
   * @param prefixes packed, see {@code Prefixes}
   * @return number of messages
   * @throws IllegalArgumentException when the attributes leave no room for a prefix
   */
  public static int announce(
      PathAttributes attributes,
      long[] prefixes,
      int from,
      int count,
      SessionOptions options,
      ByteBuf out) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Appends UPDATEs that withdraw; as {@link #announce}. */
  public static int withdraw(
      long[] prefixes, int from, int count, SessionOptions options, ByteBuf out) {
    throw new UnsupportedOperationException("not yet");
  }
}
