package io.holdfast.logstore.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The 44 bytes in front of an entry's payload, big-endian.
 *
 * <pre>
 *   offset  size  field
 *        0     4  salt of the file (so that what stood elsewhere before is no entry here)
 *        4     4  length of the payload, 0 to 2^24
 *        8     8  index, below 2^62
 *       16     8  term
 *       24     8  position before the entry: record bytes in the log before it, below 2^62
 *       32     1  kind
 *       33     1  version, 1
 *       34     2  reserved, zero
 *       36     4  CRC32C of the payload
 *       40     4  CRC32C of bytes 0 to 40
 * </pre>
 *
 * The header has a checksum of its own, so that a walk over the entries needs no payload.
 */
final class EntryHeader {
  static final int SALT_OFFSET = 0;
  static final int LENGTH_OFFSET = 4;
  static final int INDEX_OFFSET = 8;
  static final int TERM_OFFSET = 16;
  static final int POSITION_OFFSET = 24;
  static final int KIND_OFFSET = 32;
  static final int VERSION_OFFSET = 33;
  static final int RESERVED_OFFSET = 34;
  static final int PAYLOAD_CRC_OFFSET = 36;
  static final int CRC_OFFSET = 40;
  static final int LENGTH = 44;

  static final int VERSION = 1;

  /** The longest payload in bytes: one record of the greatest length. */
  static final int MAX_PAYLOAD = 1 << 24;

  /** Indexes and positions are below: no log comes so far, and sums of them do not run over. */
  static final long LIMIT = 1L << 62;

  private EntryHeader() {}

  /** Writes the header at this index of the buffer. */
  static void encode(
      ByteBuffer into,
      int at,
      int salt,
      int length,
      long index,
      long term,
      long position,
      EntryKind kind,
      int payloadCrc,
      CRC32C crc) {
    into.putInt(at + SALT_OFFSET, salt).putInt(at + LENGTH_OFFSET, length);
    into.putLong(at + INDEX_OFFSET, index).putLong(at + TERM_OFFSET, term);
    into.putLong(at + POSITION_OFFSET, position);
    into.put(at + KIND_OFFSET, (byte) kind.code()).put(at + VERSION_OFFSET, (byte) VERSION);
    into.putShort(at + RESERVED_OFFSET, (short) 0).putInt(at + PAYLOAD_CRC_OFFSET, payloadCrc);
    into.putInt(at + CRC_OFFSET, crcOf(into, at, CRC_OFFSET, crc));
  }

  /** What is wrong with the header at this index, or an empty text. Looks at 44 bytes only. */
  static String problem(ByteBuffer in, int at, int salt, CRC32C crc) {
    if (in.getInt(at + CRC_OFFSET) != crcOf(in, at, CRC_OFFSET, crc)) {
      return "the header of an entry whose checksum does not match";
    }
    if (in.getInt(at + SALT_OFFSET) != salt) {
      return "an entry that belongs to another file (its salt differs)";
    }
    if (in.get(at + VERSION_OFFSET) != VERSION) {
      return "an entry of version "
          + (in.get(at + VERSION_OFFSET) & 0xff)
          + ", while this build knows "
          + VERSION
          + " only";
    }
    if (EntryKind.of(in.get(at + KIND_OFFSET) & 0xff) == null) {
      return "an entry of kind " + (in.get(at + KIND_OFFSET) & 0xff) + ", which is unknown";
    }
    int length = in.getInt(at + LENGTH_OFFSET);
    if (length < 0 || length > MAX_PAYLOAD) {
      return "an entry that claims " + Integer.toUnsignedString(length) + " bytes";
    }
    if (in.getLong(at + TERM_OFFSET) < 0) {
      return "an entry of term " + in.getLong(at + TERM_OFFSET);
    }
    long index = in.getLong(at + INDEX_OFFSET);
    long position = in.getLong(at + POSITION_OFFSET);
    if (index < 1 || index >= LIMIT || position < 0 || position >= LIMIT) {
      return "an entry of index " + index + " and position " + position;
    }
    return "";
  }

  /** Whether there are 44 zeros: what stands behind the last entry of a preallocated file. */
  static boolean blank(ByteBuffer in, int at) {
    for (int i = 0; i < LENGTH; i += Integer.BYTES) {
      if (in.getInt(at + i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** CRC32C of so many bytes from this index on; leaves the buffer as it was. */
  static int crcOf(ByteBuffer in, int at, int length, CRC32C crc) {
    int position = in.position();
    int limit = in.limit();
    try {
      in.limit(at + length).position(at);
      crc.reset();
      crc.update(in);
      return (int) crc.getValue();
    } finally {
      in.limit(limit).position(position);
    }
  }
}
