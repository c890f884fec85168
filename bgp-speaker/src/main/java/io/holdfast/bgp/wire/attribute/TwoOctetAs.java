package io.holdfast.bgp.wire.attribute;

import java.util.Arrays;

/**
 * RFC 6793: attribute sets to and from peers that know two-octet AS numbers only. Path values are
 * well-formed here.
 */
final class TwoOctetAs {
  static final int AS_TRANS = 23456;

  private TwoOctetAs() {}

  /** The list as such a peer reads it, with AS4_PATH and AS4_AGGREGATOR where needed (4.2.2). */
  static byte[] narrowed(byte[] list) {
    byte[] narrow = list;
    int path = AttributeList.find(list, AttributeType.AS_PATH);
    if (path >= 0) {
      byte[] wide = value(list, path);
      narrow = put(narrow, AttributeType.AS_PATH, narrowPath(wide));
      if (hasWideNumber(wide)) {
        narrow = put(narrow, AttributeType.AS4_PATH, wide);
      }
    }
    int aggregator = AttributeList.find(list, AttributeType.AGGREGATOR);
    if (aggregator >= 0) {
      byte[] wide = value(list, aggregator);
      byte[] value = new byte[6];
      Octets.putShort(value, 0, narrow(Octets.getInt(wide, 0)));
      Octets.putInt(value, 2, Octets.getInt(wide, 4));
      narrow = putKeepingFlags(narrow, AttributeType.AGGREGATOR, value);
      if (isWide(Octets.getInt(wide, 0))) {
        narrow = put(narrow, AttributeType.AS4_AGGREGATOR, wide);
      }
    }
    return narrow;
  }

  private static byte[] put(byte[] list, int code, byte[] value) {
    int flags =
        code == AttributeType.AS_PATH
            ? AttributeType.TRANSITIVE
            : AttributeType.OPTIONAL | AttributeType.TRANSITIVE;
    return AttributeList.with(list, flags, code, value);
  }

  private static byte[] putKeepingFlags(byte[] list, int code, byte[] value) {
    return AttributeList.with(list, list[AttributeList.find(list, code)], code, value);
  }

  private static byte[] value(byte[] list, int at) {
    return Arrays.copyOfRange(list, AttributeList.valueAt(list, at), AttributeList.next(list, at));
  }

  private static boolean isWide(int asn) {
    return (asn & 0xFFFF_0000) != 0;
  }

  private static int narrow(int asn) {
    return isWide(asn) ? AS_TRANS : asn;
  }

  private static boolean hasWideNumber(byte[] path) {
    for (int at = 0; at < path.length; ) {
      int end = at + 2 + 4 * Octets.unsigned(path, at + 1);
      for (int i = at + 2; i < end; i += 4) {
        if (isWide(Octets.getInt(path, i))) {
          return true;
        }
      }
      at = end;
    }
    return false;
  }

  private static byte[] narrowPath(byte[] wide) {
    byte[] narrow = new byte[wide.length];
    int to = 0;
    for (int at = 0; at < wide.length; ) {
      int count = Octets.unsigned(wide, at + 1);
      narrow[to] = wide[at];
      narrow[to + 1] = wide[at + 1];
      for (int i = 0; i < count; i++) {
        Octets.putShort(narrow, to + 2 + 2 * i, narrow(Octets.getInt(wide, at + 2 + 4 * i)));
      }
      to += 2 + 2 * count;
      at += 2 + 4 * count;
    }
    return Arrays.copyOf(narrow, to);
  }

  /** A path value with two-octet numbers as one with four. */
  static byte[] widened(byte[] source, int from, int length) {
    byte[] wide = new byte[2 * length];
    int to = 0;
    for (int at = from; at < from + length; ) {
      int count = Octets.unsigned(source, at + 1);
      wide[to] = source[at];
      wide[to + 1] = source[at + 1];
      for (int i = 0; i < count; i++) {
        Octets.putInt(wide, to + 2 + 4 * i, Octets.getShort(source, at + 2 + 2 * i));
      }
      to += 2 + 4 * count;
      at += 2 + 2 * count;
    }
    return Arrays.copyOf(wide, to);
  }

  /**
   * The path that both tell together (4.2.3): what AS_PATH has more than AS4_PATH, then AS4_PATH.
   * An AS4_PATH that is longer than AS_PATH is not believed.
   */
  static byte[] merged(byte[] path, byte[] as4Path) {
    int surplus = AsPath.length(path, 0, path.length) - AsPath.length(as4Path, 0, as4Path.length);
    if (surplus < 0) {
      return path;
    }
    byte[] head = leading(path, surplus);
    byte[] merged = Arrays.copyOf(head, head.length + as4Path.length);
    System.arraycopy(as4Path, 0, merged, head.length, as4Path.length);
    return joined(merged, head.length);
  }

  /** The first {@code hops} of a path, a set counting one. */
  private static byte[] leading(byte[] path, int hops) {
    int left = hops;
    int at = 0;
    while (left > 0) {
      int count = Octets.unsigned(path, at + 1);
      boolean set = path[at] == AsPath.AS_SET;
      if (!set && count > left) {
        byte[] head = Arrays.copyOf(path, at + 2 + 4 * left);
        head[at + 1] = (byte) left;
        return head;
      }
      left -= set ? 1 : count;
      at += 2 + 4 * count;
    }
    return Arrays.copyOf(path, at);
  }

  /** Makes one of the two sequences that meet at {@code seam}, so that equal paths are equal. */
  private static byte[] joined(byte[] path, int seam) {
    int last = -1;
    for (int at = 0; at < seam; at += 2 + 4 * Octets.unsigned(path, at + 1)) {
      last = at;
    }
    if (last < 0 || seam >= path.length) {
      return path;
    }
    int count = Octets.unsigned(path, last + 1) + Octets.unsigned(path, seam + 1);
    if (path[last] != AsPath.AS_SEQUENCE || path[seam] != AsPath.AS_SEQUENCE || count > 255) {
      return path;
    }
    byte[] joined = new byte[path.length - 2];
    System.arraycopy(path, 0, joined, 0, seam);
    System.arraycopy(path, seam + 2, joined, seam, path.length - seam - 2);
    joined[last + 1] = (byte) count;
    return joined;
  }
}
