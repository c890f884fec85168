package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.NlriCodec;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;

/** Writes prefixes as the fewest whole UPDATE messages. Stateless; any thread. */
public final class UpdatePacker {
  private UpdatePacker() {}

  /**
   * Appends UPDATEs that announce {@code count} prefixes from {@code from} with one attribute set.
   *
   * @param prefixes packed, see {@link Prefixes}
   * @return number of messages
   * @throws IllegalArgumentException when the attributes leave no room for a prefix; nothing is
   *     written then
   */
  public static int announce(
      PathAttributes attributes,
      long[] prefixes,
      int from,
      int count,
      SessionOptions options,
      ByteBuf out) {
    int room =
        options.maxLength()
            - MessageHeader.UPDATE_MIN
            - attributes.encodedLength(options.fourOctetAs());
    if (room < Prefixes.encodedLength(Prefixes.of(0, 32))) {
      throw new IllegalArgumentException("attributes leave no room for a prefix");
    }
    int end = from + count;
    int messages = 0;
    for (int next = from; next < end; messages++) {
      int start = MessageHeader.begin(out, MessageHeader.UPDATE);
      out.writeShort(0);
      int lengthAt = out.writerIndex();
      out.writeShort(0);
      attributes.encode(options.fourOctetAs(), out);
      out.setShort(lengthAt, out.writerIndex() - lengthAt - 2);
      next = fill(prefixes, next, end, room, out);
      MessageHeader.end(out, start, options.maxLength());
    }
    return messages;
  }

  /** Appends UPDATEs that withdraw; as {@link #announce}. */
  public static int withdraw(
      long[] prefixes, int from, int count, SessionOptions options, ByteBuf out) {
    int room = options.maxLength() - MessageHeader.UPDATE_MIN;
    int end = from + count;
    int messages = 0;
    for (int next = from; next < end; messages++) {
      int start = MessageHeader.begin(out, MessageHeader.UPDATE);
      int lengthAt = out.writerIndex();
      out.writeShort(0);
      next = fill(prefixes, next, end, room, out);
      out.setShort(lengthAt, out.writerIndex() - lengthAt - 2);
      out.writeShort(0);
      MessageHeader.end(out, start, options.maxLength());
    }
    return messages;
  }

  /** Writes prefixes while there is room; returns the index of the first that was left. */
  private static int fill(long[] prefixes, int from, int end, int room, ByteBuf out) {
    int left = room;
    int next = from;
    while (next < end && Prefixes.encodedLength(prefixes[next]) <= left) {
      left -= Prefixes.encodedLength(prefixes[next]);
      NlriCodec.encode(prefixes[next++], out);
    }
    return next;
  }
}
