package io.holdfast.failover.packet;

import java.nio.ByteBuffer;

/**
 * A TCP header (RFC 9293 section 3.1). Owned by one thread.
 *
 * <pre>
 *   source port 2 @0, destination port 2 @2, sequence 4 @4, acknowledgment 4 @8, data offset 4 bits
 *   @12, flags @13, window 2 @14, checksum 2 @16, urgent 2 @18, options
 * </pre>
 */
public final class TcpFlyweight {
  public static final int SOURCE_PORT_OFFSET = 0;
  public static final int DESTINATION_PORT_OFFSET = 2;
  public static final int SEQUENCE_OFFSET = 4;
  public static final int ACK_NUMBER_OFFSET = 8;
  public static final int DATA_OFFSET_OFFSET = 12;
  public static final int FLAGS_OFFSET = 13;
  public static final int WINDOW_OFFSET = 14;
  public static final int CHECKSUM_OFFSET = 16;
  public static final int HEADER_LENGTH = 20;

  public static final int FIN = 1;
  public static final int SYN = 1 << 1;
  public static final int RST = 1 << 2;
  public static final int PSH = 1 << 3;
  public static final int ACK = 1 << 4;

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int at;
  private int headerLength;
  private int payloadLength;

  /**
   * Looks at the segment in a packet.
   *
   * @param buffer big-endian; the one that {@code ip} was wrapped around
   * @param at index of the IP header's first byte
   * @param captured bytes that are there, from {@code at}
   * @param ip wrapped around the same packet, with success
   * @return whether it is TCP, no fragment, and its header with all options was captured; if not,
   *     nothing may be asked
   */
  public boolean wrap(ByteBuffer buffer, int at, int captured, IpFlyweight ip) {
    this.buffer = buffer;
    this.at = at + ip.headerLength();
    int there = Math.min(captured, ip.totalLength()) - ip.headerLength();
    if (ip.protocol() != IpFlyweight.PROTOCOL_TCP || ip.fragment() || there < HEADER_LENGTH) {
      return false;
    }
    headerLength = ((buffer.get(this.at + DATA_OFFSET_OFFSET) & 0xff) >> 4) * 4;
    payloadLength = ip.totalLength() - ip.headerLength() - headerLength;
    return headerLength >= HEADER_LENGTH && headerLength <= there;
  }

  /** 0 to 65535. */
  public int sourcePort() {
    return buffer.getShort(at + SOURCE_PORT_OFFSET) & 0xffff;
  }

  /** 0 to 65535. */
  public int destinationPort() {
    return buffer.getShort(at + DESTINATION_PORT_OFFSET) & 0xffff;
  }

  public int sequence() {
    return buffer.getInt(at + SEQUENCE_OFFSET);
  }

  /** Means something only with {@link #ACK}. */
  public int ackNumber() {
    return buffer.getInt(at + ACK_NUMBER_OFFSET);
  }

  /** {@link #FIN}, {@link #SYN} and so on, 8 bits. */
  public int flags() {
    return buffer.get(at + FLAGS_OFFSET) & 0xff;
  }

  /** Whether all of these flags are set. */
  public boolean has(int flags) {
    return (flags() & flags) == flags;
  }

  /** As it stands there, without the scale. */
  public int window() {
    return buffer.getShort(at + WINDOW_OFFSET) & 0xffff;
  }

  public int checksum() {
    return buffer.getShort(at + CHECKSUM_OFFSET) & 0xffff;
  }

  /** Bytes, options included. */
  public int headerLength() {
    return headerLength;
  }

  /** Bytes of data in the segment, captured or not. */
  public int payloadLength() {
    return payloadLength;
  }

  /** What the segment takes of the sequence space: data, and 1 each for SYN and FIN. */
  public int sequenceLength() {
    int flags = flags();
    return payloadLength + (flags & FIN) + ((flags & SYN) >> 1);
  }

  /** Index of the header's first byte. */
  public int index() {
    return at;
  }

  /** Index of the first option; they end where the header does. */
  public int optionsIndex() {
    return at + HEADER_LENGTH;
  }

  /** Bytes of options, 0 to 40. */
  public int optionsLength() {
    return headerLength - HEADER_LENGTH;
  }
}
