package io.holdfast.failover.packet;

import java.nio.ByteBuffer;

/** Makes packets for tests, byte by byte, without the code that is tested. */
final class Packets {
  static final int SEQUENCE = 0xfffffff0;
  static final int ACK = 0x12345678;

  private Packets() {}

  /** IPv4, TCP 179 to 40000, with checksums; {@code flags} as in the header. */
  static ByteBuffer ipv4(byte[] options, byte[] payload, int flags) {
    int length = 20 + 20 + options.length + payload.length;
    ByteBuffer packet = ByteBuffer.allocateDirect(length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) length).putInt(0x00014000);
    packet.put((byte) 64).put((byte) 6).putShort((short) 0);
    packet.put(new byte[] {10, 77, 0, 2, 10, 77, 0, 1});
    tcp(packet, options, payload, flags);
    packet.putShort(10, (short) reference(packet, 0, 20, 0));
    long pseudo = 6L + length - 20 + words(packet, 12, 8);
    packet.putShort(36, (short) reference(packet, 20, length - 20, pseudo));
    return packet.clear();
  }

  /** IPv6, the same, behind extension headers that start with type {@code next}. */
  static ByteBuffer ipv6(int next, byte[] extensions, byte[] options, byte[] payload, int flags) {
    int length = 20 + options.length + payload.length;
    ByteBuffer packet = ByteBuffer.allocateDirect(40 + extensions.length + length);
    packet.putInt(0x60000000).putShort((short) (extensions.length + length));
    packet.put((byte) next).put((byte) 64);
    packet.putLong(0xfd77000000000000L).putLong(2).putLong(0xfd77000000000000L).putLong(1);
    packet.put(extensions);
    int at = packet.position();
    tcp(packet, options, payload, flags);
    long pseudo = 6L + length + words(packet, 8, 32);
    packet.putShort(at + 16, (short) reference(packet, at, length, pseudo));
    return packet.clear();
  }

  private static void tcp(ByteBuffer packet, byte[] options, byte[] payload, int flags) {
    packet.putShort((short) 179).putShort((short) 40000).putInt(SEQUENCE).putInt(ACK);
    packet.put((byte) ((20 + options.length) / 4 << 4)).put((byte) flags).putShort((short) 501);
    packet.putInt(0).put(options).put(payload);
  }

  private static long words(ByteBuffer packet, int at, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (packet.get(at + i) & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    return sum;
  }

  /** RFC 1071 as simply as it can be said. */
  static int reference(ByteBuffer packet, int at, int length, long start) {
    long sum = start + words(packet, at, length);
    while (sum > 0xffff) {
      sum = sum % 0x10000 + sum / 0x10000;
    }
    return (int) (0xffff - sum);
  }
}
