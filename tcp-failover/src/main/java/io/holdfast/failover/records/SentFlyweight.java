package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;

/**
 * The payload of a SENT record in a buffer, big-endian, without copying and without allocation. Not
 * thread-safe; valid only while the wrapped buffer is.
 *
 * <pre>
 *   offset  size  field
 *        0     8  epoch
 *        8     8  sequence
 *       16     1  flags: 1 LAST, 2 STAND_IN
 *       17     1  reserved, zero
 *       18     2  number of targets, 1 to 4,096
 *       20  16·n  targets: connection (8), offset (8)
 *        -     -  bytes: whole application messages
 * </pre>
 */
public final class SentFlyweight {
  public static final int EPOCH_OFFSET = 0;
  public static final int SEQUENCE_OFFSET = 8;
  public static final int FLAGS_OFFSET = 16;
  public static final int COUNT_OFFSET = 18;
  public static final int TARGETS_OFFSET = 20;
  public static final int TARGET_LENGTH = 16;

  /** It ends the dialogue and disarms. */
  public static final int LAST = 1;

  /** Written by the stand-in. */
  public static final int STAND_IN = 2;

  public static final int MAX_TARGETS = 4_096;

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int at;
  private int length;

  /** Bytes in front of the messages, for so many targets. */
  public static int headerLength(int targets) {
    return TARGETS_OFFSET + targets * TARGET_LENGTH;
  }

  /**
   * Looks at the payload of a SENT record, and checks that all of it is there.
   *
   * @param position of the record in the log, for the message of an error
   * @throws RecordFormatException if it is cut short, or of a newer version
   */
  public SentFlyweight wrap(RecordFlyweight record, long position) {
    Payloads.check(record, position);
    return wrap(record.buffer(), record.payloadIndex(), record.payloadLength(), position);
  }

  /** As above, for a payload of {@code length} bytes at index {@code at}. */
  public SentFlyweight wrap(ByteBuffer buffer, int at, int length, long position) {
    if (at < 0 || length < TARGETS_OFFSET || length > buffer.limit() - at) {
      throw new RecordFormatException("SENT record at " + position + ": " + length + " bytes");
    }
    this.buffer = buffer;
    this.at = at;
    this.length = length;
    if (count() == 0 || count() > MAX_TARGETS || headerLength(count()) > length) {
      throw new RecordFormatException(
          "SENT record at " + position + ": " + count() + " targets in " + length + " bytes");
    }
    if ((flags() & ~(LAST | STAND_IN)) != 0) {
      throw new RecordFormatException("SENT record at " + position + ": flags " + flags());
    }
    return this;
  }

  /** Writes the header; targets and bytes are put behind it by the caller. */
  public SentFlyweight header(
      ByteBuffer buffer,
      int at,
      long epoch,
      long sequence,
      boolean last,
      boolean standIn,
      int targets) {
    this.buffer = buffer;
    this.at = at;
    this.length = headerLength(targets);
    buffer.putLong(at + EPOCH_OFFSET, epoch);
    buffer.putLong(at + SEQUENCE_OFFSET, sequence);
    buffer.put(at + FLAGS_OFFSET, (byte) ((last ? LAST : 0) | (standIn ? STAND_IN : 0)));
    buffer.put(at + FLAGS_OFFSET + 1, (byte) 0);
    buffer.putShort(at + COUNT_OFFSET, (short) targets);
    return this;
  }

  /** Puts target {@code i} (from 0). */
  public SentFlyweight target(int i, long connection, long offset) {
    buffer.putLong(targetIndex(i), connection);
    buffer.putLong(targetIndex(i) + 8, offset);
    return this;
  }

  public long epoch() {
    return buffer.getLong(at + EPOCH_OFFSET);
  }

  public long sequence() {
    return buffer.getLong(at + SEQUENCE_OFFSET);
  }

  public int flags() {
    return buffer.get(at + FLAGS_OFFSET) & 0xff;
  }

  public boolean last() {
    return (flags() & LAST) != 0;
  }

  public boolean standIn() {
    return (flags() & STAND_IN) != 0;
  }

  /** Number of targets, at least 1. */
  public int count() {
    return buffer.getShort(at + COUNT_OFFSET) & 0xffff;
  }

  /** Connection of target {@code i}. */
  public long connection(int i) {
    return buffer.getLong(targetIndex(i));
  }

  /** Offset in the stream towards target {@code i} of the first byte. */
  public long offset(int i) {
    return buffer.getLong(targetIndex(i) + 8);
  }

  /** Which target this connection is, or −1. */
  public int indexOf(long connection) {
    for (int i = 0; i < count(); i++) {
      if (connection(i) == connection) {
        return i;
      }
    }
    return -1;
  }

  /** The buffer that holds it. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Index in {@link #buffer()} of the first byte of the messages. */
  public int bytesIndex() {
    return at + headerLength(count());
  }

  /** Length of the messages in bytes. */
  public int bytesLength() {
    return length - headerLength(count());
  }

  private int targetIndex(int i) {
    return at + TARGETS_OFFSET + i * TARGET_LENGTH;
  }
}
