package io.holdfast.bgp.wire.attribute;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian numbers in byte arrays. */
final class Octets {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Octets() {}

  static int unsigned(byte[] octets, int at) {
    return octets[at] & 0xFF;
  }

  static int getShort(byte[] octets, int at) {
    return (short) SHORT.get(octets, at) & 0xFFFF;
  }

  static int getInt(byte[] octets, int at) {
    return (int) INT.get(octets, at);
  }

  static long getLong(byte[] octets, int at) {
    return (long) LONG.get(octets, at);
  }

  static void putShort(byte[] octets, int at, int value) {
    SHORT.set(octets, at, (short) value);
  }

  static void putInt(byte[] octets, int at, int value) {
    INT.set(octets, at, value);
  }
}
