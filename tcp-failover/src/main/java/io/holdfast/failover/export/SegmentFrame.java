package io.holdfast.failover.export;

import io.holdfast.failover.packet.Checksums;
import io.holdfast.failover.packet.IpFlyweight;
import io.holdfast.failover.packet.TcpFlyweight;
import io.holdfast.failover.records.TcpOptions;
import java.nio.ByteBuffer;

/**
 * One TCP segment in an Ethernet frame, composed into a buffer of its own, which the next one uses
 * again. Owned by one thread.
 *
 * <p>{@link #begin} writes addresses and ports, {@link #options} or {@link #timestamps} what the
 * header carries, {@link #payload} the data, {@link #finish} lengths and checksums.
 */
final class SegmentFrame {
  static final int ETHERNET_HEADER_LENGTH = 14;
  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int ETHERTYPE_IPV6 = 0x86dd;
  private static final int IPV4_HEADER_LENGTH = 20;
  private static final int IPV6_HEADER_LENGTH = 40;
  private static final int DO_NOT_FRAGMENT = 0x4000;
  private static final int HOPS = 64;

  /** An IP packet says its length in 16 bits. */
  private static final int LONGEST_PACKET = 0xffff;

  /** The options' numbers, RFC 9293 section 3.2, RFC 7323, RFC 2018. */
  private static final int NO_OPERATION = 1;

  private static final int MSS = 2;
  private static final int WINDOW_SCALE = 3;
  private static final int SACK_PERMITTED = 4;
  private static final int TIMESTAMPS = 8;

  private final ByteBuffer buffer = ByteBuffer.allocate(ETHERNET_HEADER_LENGTH + LONGEST_PACKET);
  private final IpFlyweight ip = new IpFlyweight();
  private int version;
  private int tcpAt;
  private int end;

  /** Bytes of a frame's data at most. */
  static int longestPayload() {
    return 65_000;
  }

  /**
   * @param flags of {@link TcpFlyweight}
   * @param window as it stands in the header, 0 to 65,535
   */
  SegmentFrame begin(ConnectionEnd from, ConnectionEnd to, int flags, int window) {
    byte[] source = from.address();
    byte[] destination = to.address();
    version = source.length == 4 ? 4 : 6;
    buffer.clear();
    buffer.put(to.linkAddress()).put(from.linkAddress());
    buffer.putShort((short) (version == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6));
    if (version == 4) {
      buffer.putInt(0x4500 << 16).putShort((short) 0).putShort((short) DO_NOT_FRAGMENT);
      buffer.put((byte) HOPS).put((byte) IpFlyweight.PROTOCOL_TCP).putShort((short) 0);
    } else {
      buffer.putInt(6 << 28).putShort((short) 0);
      buffer.put((byte) IpFlyweight.PROTOCOL_TCP).put((byte) HOPS);
    }
    buffer.put(source).put(destination);
    tcpAt = buffer.position();
    buffer.putShort((short) from.port()).putShort((short) to.port());
    buffer.putInt(from.sequence());
    buffer.putInt((flags & TcpFlyweight.ACK) == 0 ? 0 : to.sequence());
    buffer.put((byte) 0).put((byte) flags).putShort((short) window);
    buffer.putShort((short) 0).putShort((short) 0);
    return this;
  }

  /** What a SYN offers, padded as Linux does. */
  SegmentFrame options(TcpOptions options, int echo) {
    if (options.mss() > 0) {
      buffer.put((byte) MSS).put((byte) 4).putShort((short) options.mss());
    }
    if (options.timestamps()) {
      if (options.sackPermitted()) {
        buffer.put((byte) SACK_PERMITTED).put((byte) 2);
      } else {
        padding(2);
      }
      buffer.put((byte) TIMESTAMPS).put((byte) 10).putInt((int) options.tsval()).putInt(echo);
    } else if (options.sackPermitted()) {
      padding(2);
      buffer.put((byte) SACK_PERMITTED).put((byte) 2);
    }
    if (options.windowScale() >= 0) {
      padding(1);
      buffer.put((byte) WINDOW_SCALE).put((byte) 3).put((byte) options.windowScale());
    }
    return this;
  }

  /** What every segment behind the handshake carries, where it was negotiated. */
  SegmentFrame timestamps(int value, int echo) {
    padding(2);
    buffer.put((byte) TIMESTAMPS).put((byte) 10).putInt(value).putInt(echo);
    return this;
  }

  /** Copies bytes; the options must be there already. */
  SegmentFrame payload(ByteBuffer from, int at, int length) {
    dataOffset();
    buffer.put(buffer.position(), from, at, length);
    buffer.position(buffer.position() + length);
    return this;
  }

  /** Lengths and checksums; the frame is then whole. */
  SegmentFrame finish() {
    if (buffer.get(tcpAt + TcpFlyweight.DATA_OFFSET_OFFSET) == 0) {
      dataOffset();
    }
    end = buffer.position();
    buffer.limit(end);
    int at = ETHERNET_HEADER_LENGTH;
    if (version == 4) {
      buffer.putShort(at + 2, (short) (end - at));
      buffer.putShort(at + 10, (short) Checksums.ipv4Header(buffer, at, IPV4_HEADER_LENGTH));
    } else {
      buffer.putShort(at + 4, (short) (end - at - IPV6_HEADER_LENGTH));
    }
    if (!ip.wrap(buffer, at, end - at, end - at)) {
      throw new IllegalStateException("a header of our own making");
    }
    buffer.putShort(tcpAt + TcpFlyweight.CHECKSUM_OFFSET, (short) Checksums.tcp(buffer, at, ip));
    return this;
  }

  private void dataOffset() {
    int words = (buffer.position() - tcpAt) / 4;
    buffer.put(tcpAt + TcpFlyweight.DATA_OFFSET_OFFSET, (byte) (words << 4));
  }

  private void padding(int bytes) {
    for (int i = 0; i < bytes; i++) {
      buffer.put((byte) NO_OPERATION);
    }
  }

  /** Starts at index 0; backed by an array. */
  ByteBuffer buffer() {
    return buffer;
  }

  /** Bytes of the whole frame. */
  int length() {
    return end;
  }
}
