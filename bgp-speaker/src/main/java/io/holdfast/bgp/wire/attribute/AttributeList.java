package io.holdfast.bgp.wire.attribute;

import java.util.Arrays;

/**
 * The canonical form as a list of attributes in one array, and the ways to walk and change it. The
 * array holds whole attributes in ascending order of their codes.
 */
final class AttributeList {
  private AttributeList() {}

  /** Code of the attribute that starts at {@code at}. */
  static int code(byte[] list, int at) {
    return list[at + 1] & 0xFF;
  }

  /** Offset of its value. */
  static int valueAt(byte[] list, int at) {
    return at + ((list[at] & AttributeType.EXTENDED_LENGTH) == 0 ? 3 : 4);
  }

  /** Length of its value. */
  static int valueLength(byte[] list, int at) {
    return (list[at] & AttributeType.EXTENDED_LENGTH) == 0
        ? list[at + 2] & 0xFF
        : Octets.getShort(list, at + 2);
  }

  /** Where the next attribute starts. */
  static int next(byte[] list, int at) {
    return valueAt(list, at) + valueLength(list, at);
  }

  /** Where the attribute starts, or −1. */
  static int find(byte[] list, int code) {
    int at = floor(list, code);
    return at < list.length && code(list, at) == code ? at : -1;
  }

  /** Where the first attribute with at least this code starts, or the end. */
  private static int floor(byte[] list, int code) {
    int at = 0;
    while (at < list.length && code(list, at) < code) {
      at = next(list, at);
    }
    return at;
  }

  /** Octets of an attribute with a value of this length. */
  static int encodedLength(int valueLength) {
    return valueLength + (valueLength > 255 ? 4 : 3);
  }

  /**
   * Writes flags (without the extended-length bit), code and length; returns where the value goes.
   */
  static int putHeader(byte[] list, int at, int flags, int code, int valueLength) {
    list[at + 1] = (byte) code;
    if (valueLength > 255) {
      list[at] = (byte) (flags | AttributeType.EXTENDED_LENGTH);
      Octets.putShort(list, at + 2, valueLength);
      return at + 4;
    }
    list[at] = (byte) (flags & ~AttributeType.EXTENDED_LENGTH);
    list[at + 2] = (byte) valueLength;
    return at + 3;
  }

  /** The list with the attribute put in its place. */
  static byte[] with(byte[] list, int flags, int code, byte[] value) {
    int from = floor(list, code);
    int to = from < list.length && code(list, from) == code ? next(list, from) : from;
    int size = encodedLength(value.length);
    byte[] changed = new byte[list.length - (to - from) + size];
    System.arraycopy(list, 0, changed, 0, from);
    int at = putHeader(changed, from, flags, code, value.length);
    System.arraycopy(value, 0, changed, at, value.length);
    System.arraycopy(list, to, changed, from + size, list.length - to);
    return changed;
  }

  /** The list without the attribute. */
  static byte[] without(byte[] list, int code) {
    int from = find(list, code);
    if (from < 0) {
      return list;
    }
    int to = next(list, from);
    byte[] changed = Arrays.copyOf(list, list.length - (to - from));
    System.arraycopy(list, to, changed, from, list.length - to);
    return changed;
  }
}
