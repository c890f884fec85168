package io.holdfast.failover.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadersTest {
  private static final byte[] NONE = {};
  private static final byte[] SYN_OPTIONS = {
    2, 4, 0x05, (byte) 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, (byte) 0xff, 6, 7, 8, 1, 3, 3, 7
  };

  private final IpFlyweight ip = new IpFlyweight();
  private final TcpFlyweight tcp = new TcpFlyweight();
  private final TcpOptionsFlyweight options = new TcpOptionsFlyweight();

  private boolean wrap(ByteBuffer packet, int captured) {
    return ip.wrap(packet, 0, captured, packet.capacity()) && tcp.wrap(packet, 0, captured, ip);
  }

  @Test
  void readsAnIpv4SynAckWithItsOptions() throws Exception {
    ByteBuffer packet = Packets.ipv4(SYN_OPTIONS, NONE, TcpFlyweight.SYN | TcpFlyweight.ACK);
    assertThat(wrap(packet, packet.capacity())).isTrue();
    assertThat(ip.version()).isEqualTo(4);
    assertThat(ip.headerLength()).isEqualTo(20);
    assertThat(ip.totalLength()).isEqualTo(60);
    assertThat(ip.sourceHigh()).isZero();
    byte[] us = InetAddress.getByName("10.77.0.2").getAddress();
    byte[] peer = InetAddress.getByName("10.77.0.1").getAddress();
    assertThat(ip.sourceLow()).isEqualTo(IpFlyweight.low(us)).isEqualTo(0xffff0a4d0002L);
    assertThat(ip.destinationLow()).isEqualTo(IpFlyweight.low(peer));
    assertThat(ip.destinationHigh()).isEqualTo(IpFlyweight.high(peer));
    assertThat(tcp.sourcePort()).isEqualTo(179);
    assertThat(tcp.destinationPort()).isEqualTo(40000);
    assertThat(tcp.sequence()).isEqualTo(Packets.SEQUENCE);
    assertThat(tcp.ackNumber()).isEqualTo(Packets.ACK);
    assertThat(tcp.has(TcpFlyweight.SYN | TcpFlyweight.ACK)).isTrue();
    assertThat(tcp.has(TcpFlyweight.SYN | TcpFlyweight.RST)).isFalse();
    assertThat(tcp.window()).isEqualTo(501);
    assertThat(tcp.payloadLength()).isZero();
    assertThat(tcp.sequenceLength()).isEqualTo(1);
    options.wrap(packet, tcp);
    assertThat(options.mss()).isEqualTo(1460);
    assertThat(options.sackPermitted()).isTrue();
    assertThat(options.timestamps()).isTrue();
    assertThat(options.tsVal()).isEqualTo(0x01020304);
    assertThat(options.tsEcr()).isEqualTo(0xff060708);
    assertThat(options.windowScale()).isEqualTo(7);
  }

  @Test
  void readsAnIpv6SegmentBehindExtensionHeaders() {
    byte[] extensions = {60, 0, 0, 0, 0, 0, 0, 0, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    byte[] payload = new byte[33];
    ByteBuffer packet = Packets.ipv6(0, extensions, NONE, payload, TcpFlyweight.FIN);
    assertThat(wrap(packet, packet.capacity())).isTrue();
    assertThat(ip.version()).isEqualTo(6);
    assertThat(ip.headerLength()).isEqualTo(64);
    assertThat(ip.sourceHigh()).isEqualTo(0xfd77000000000000L);
    assertThat(ip.sourceLow()).isEqualTo(2);
    assertThat(ip.destinationLow()).isEqualTo(1);
    assertThat(tcp.payloadLength()).isEqualTo(33);
    assertThat(tcp.sequenceLength()).isEqualTo(34);
    assertThat(options.wrap(packet, tcp).mss()).isZero();
    assertThat(options.windowScale()).isEqualTo(-1);
    assertThat(Checksums.tcp(packet, 0, ip)).isZero();
  }

  @Test
  void takesThePayloadFromTheHeaderWhenOnlyTheFirstBytesWereCaptured() {
    ByteBuffer packet = Packets.ipv4(SYN_OPTIONS, new byte[30_000], TcpFlyweight.ACK);
    assertThat(wrap(packet, 128)).isTrue();
    assertThat(tcp.payloadLength()).isEqualTo(30_000);
  }

  @Test
  void takesTheLengthFromTheKernelWhereTheHeaderCannotSayIt() {
    ByteBuffer six = Packets.ipv6(6, NONE, NONE, new byte[100], TcpFlyweight.ACK);
    six.putShort(4, (short) 0);
    assertThat(ip.wrap(six, 0, 128, 200_060) && tcp.wrap(six, 0, 128, ip)).isTrue();
    assertThat(tcp.payloadLength()).isEqualTo(200_000);
    ByteBuffer four = Packets.ipv4(NONE, new byte[100], TcpFlyweight.ACK);
    four.putShort(2, (short) 0);
    assertThat(ip.wrap(four, 0, 128, 200_040) && tcp.wrap(four, 0, 128, ip)).isTrue();
    assertThat(tcp.payloadLength()).isEqualTo(200_000);
  }

  @Test
  void refusesWhatIsNotAWholeTcpHeaderAtEveryLength() {
    ByteBuffer four = Packets.ipv4(SYN_OPTIONS, new byte[5], TcpFlyweight.ACK);
    for (int captured = 0; captured <= four.capacity(); captured++) {
      assertThat(wrap(four, captured)).as("%d bytes", captured).isEqualTo(captured >= 60);
    }
    byte[] extension = {6, 0, 0, 0, 0, 0, 0, 0};
    ByteBuffer six = Packets.ipv6(0, extension, SYN_OPTIONS, new byte[5], TcpFlyweight.ACK);
    for (int captured = 0; captured <= six.capacity(); captured++) {
      assertThat(wrap(six, captured)).as("%d bytes", captured).isEqualTo(captured >= 88);
    }
  }

  @Test
  void refusesFragmentsOtherProtocolsAndLengthsThatLie() {
    ByteBuffer fragment = Packets.ipv4(NONE, NONE, 0).putShort(6, (short) 1);
    assertThat(wrap(fragment, 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).putShort(6, (short) 0x2000), 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).put(9, (byte) 17), 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).put(0, (byte) 0x44), 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).put(0, (byte) 0x55), 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).putShort(2, (short) 41), 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).putShort(2, (short) 39), 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).put(32, (byte) 0x40), 40)).isFalse();
    assertThat(wrap(Packets.ipv4(NONE, NONE, 0).put(32, (byte) 0x60), 40)).isFalse();
    byte[] endless = new byte[9 * 8];
    ByteBuffer chain = Packets.ipv6(60, endless, NONE, NONE, 0);
    for (int i = 0; i < 9; i++) {
      chain.put(40 + i * 8, (byte) 60);
    }
    assertThat(wrap(chain, chain.capacity())).isFalse();
    byte[] part = {6, 0, 0, 8, 0, 0, 0, 0};
    ByteBuffer fragmented = Packets.ipv6(44, part, NONE, NONE, 0);
    assertThat(wrap(fragmented, fragmented.capacity())).isFalse();
    part[3] = 0;
    ByteBuffer whole = Packets.ipv6(44, part, NONE, NONE, 0);
    assertThat(wrap(whole, whole.capacity())).as("an atomic fragment, RFC 6946").isTrue();
  }

  @Test
  void neverThrowsAndNeverReadsBeyondWhatWasCapturedWhateverTheBytesSay() {
    long seed = System.nanoTime();
    System.out.println("HeadersTest seed " + seed);
    Random random = new Random(seed);
    int whole = 0;
    for (int i = 0; i < 400_000; i++) {
      ByteBuffer packet = mutated(random);
      // What is captured ends where the buffer does: a read beyond it would throw.
      int captured = random.nextInt(packet.capacity() + 1);
      ByteBuffer seen = packet.slice(0, captured);
      int full = random.nextBoolean() ? packet.capacity() : random.nextInt(70_000);
      if (ip.wrap(seen, 0, captured, full) && tcp.wrap(seen, 0, captured, ip)) {
        whole++;
        long sum = ip.sourceHigh() + ip.sourceLow() + ip.destinationHigh() + ip.destinationLow();
        sum += tcp.sequence() + tcp.ackNumber() + tcp.window() + tcp.checksum() + tcp.flags();
        options.wrap(seen, tcp);
        assertThat(sum + options.tsVal()).isNotEqualTo(Long.MIN_VALUE);
        assertThat(tcp.payloadLength()).isBetween(0, full);
        assertThat(options.windowScale()).isBetween(-1, 14);
        assertThat(tcp.index() + tcp.headerLength()).isLessThanOrEqualTo(captured);
      }
    }
    assertThat(whole).as("packets that were looked into").isGreaterThan(1000);
  }

  private static ByteBuffer mutated(Random random) {
    byte[] extension = {6, 0, 0, 0, 0, 0, 0, 0};
    ByteBuffer packet =
        switch (random.nextInt(3)) {
          case 0 -> Packets.ipv4(SYN_OPTIONS, new byte[7], random.nextInt(256));
          case 1 -> Packets.ipv6(0, extension, SYN_OPTIONS, new byte[7], random.nextInt(256));
          default -> Packets.ipv6(6, NONE, SYN_OPTIONS, NONE, random.nextInt(256));
        };
    for (int i = random.nextInt(6); i > 0; i--) {
      packet.put(random.nextInt(packet.capacity()), (byte) random.nextInt());
    }
    return packet;
  }

  @Test
  void readsOptionsOfAnyContentWithoutLeavingThem() {
    long seed = System.nanoTime();
    System.out.println("HeadersTest options seed " + seed);
    Random random = new Random(seed);
    byte[] bytes = new byte[40];
    for (int i = 0; i < 400_000; i++) {
      random.nextBytes(bytes);
      for (int k = 0; k < 40; k++) {
        bytes[k] = (byte) (random.nextBoolean() ? bytes[k] & 0x0f : bytes[k]);
      }
      int length = random.nextInt(41);
      options.wrap(ByteBuffer.wrap(bytes, 0, length).slice(), 0, length);
      assertThat(options.mss()).isBetween(0, 65535);
    }
  }

  @Test
  void keepsWhatStandsBeforeABrokenOption() {
    byte[] broken = {2, 4, 1, 2, 3, 0, 4, 2};
    options.wrap(ByteBuffer.wrap(broken), 0, broken.length);
    assertThat(options.mss()).isEqualTo(258);
    assertThat(options.sackPermitted()).isFalse();
    byte[] large = {3, 3, 40};
    assertThat(options.wrap(ByteBuffer.wrap(large), 0, 3).windowScale()).isEqualTo(14);
  }

  @Test
  void computesTheSameChecksumsAsTheRfcSaysThem() {
    long seed = System.nanoTime();
    System.out.println("HeadersTest checksum seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] payload = new byte[random.nextInt(200)];
      random.nextBytes(payload);
      ByteBuffer packet = Packets.ipv4(SYN_OPTIONS, payload, TcpFlyweight.ACK);
      assertThat(wrap(packet, packet.capacity())).isTrue();
      assertThat(Checksums.ipv4Header(packet, 0, 20)).isZero();
      assertThat(Checksums.tcp(packet, 0, ip)).isZero();
      int bit = random.nextInt(packet.capacity() - 20);
      packet.put(20 + bit, (byte) (packet.get(20 + bit) ^ 4));
      assertThat(Checksums.tcp(packet, 0, ip)).isNotZero();
    }
  }
}
