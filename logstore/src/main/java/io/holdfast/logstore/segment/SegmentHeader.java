package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of a segment file, big-endian.
 *
 * <pre>
 *   offset  size  field
 *        0     8  magic, "HOLDFAST" in ASCII
 *        8     4  version of the file format, 2
 *       12     4  salt, random and never zero: each entry of the file repeats it
 *       16     8  index of the first entry, below 2^62
 *       24     8  position before the first entry, below 2^62
 *       32    16  boot id of the machine when the file was begun
 *       48     4  flags; bit 0: written by a synced store
 *       52     4  CRC32C of bytes 0 to 52
 *       56     4  mark: byte of the file up to which everything was written
 *       60     4  the mark's complement
 * </pre>
 *
 * The version is read before the checksum, so that a later format may change all that follows it.
 *
 * <p>The mark is written after the entries: unsynced after each append, synced after each sync.
 * What is wrong before it is damage; what is wrong behind it is a write that was cut short,
 * whatever the bytes look like. Only after a crash of the machine the mark of an unsynced store
 * proves nothing, for then files come back in any state.
 */
record SegmentHeader(int salt, long firstIndex, long firstPosition, UUID boot, boolean synced) {
  static final int LENGTH = 64;
  static final int VERSION = 2;
  static final int MARK_OFFSET = 56;
  static final int MARK_LENGTH = 8;

  private static final long MAGIC = 0x484f_4c44_4641_5354L;
  private static final int VERSION_OFFSET = 8;
  private static final int SALT_OFFSET = 12;
  private static final int INDEX_OFFSET = 16;
  private static final int POSITION_OFFSET = 24;
  private static final int BOOT_OFFSET = 32;
  private static final int FLAGS_OFFSET = 48;
  private static final int CRC_OFFSET = 52;

  /** The header with its mark, ready to be written. */
  ByteBuffer encode(int mark) {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    bytes.putLong(0, MAGIC).putInt(VERSION_OFFSET, VERSION).putInt(SALT_OFFSET, salt);
    bytes.putLong(INDEX_OFFSET, firstIndex).putLong(POSITION_OFFSET, firstPosition);
    bytes.putLong(BOOT_OFFSET, boot.getMostSignificantBits());
    bytes.putLong(BOOT_OFFSET + 8, boot.getLeastSignificantBits());
    bytes.putInt(FLAGS_OFFSET, synced ? 1 : 0).putInt(CRC_OFFSET, crc(bytes));
    bytes.putInt(MARK_OFFSET, mark).putInt(MARK_OFFSET + 4, ~mark);
    return bytes;
  }

  /** Writes the mark, by way of a buffer of 8 bytes that the caller keeps. */
  static void mark(DiskFile file, ByteBuffer eight, long offset) throws IOException {
    int mark = Math.toIntExact(offset);
    eight.clear().putInt(mark).putInt(~mark).flip();
    file.write(eight, MARK_OFFSET);
  }

  /** Writes the mark, on a path where it is not often done. */
  static void mark(DiskFile file, long offset) throws IOException {
    mark(file, ByteBuffer.allocate(MARK_LENGTH), offset);
  }

  /**
   * Reads the mark.
   *
   * @throws LogCorruptException if it is none
   */
  static int readMark(Path name, DiskFile file) throws IOException {
    ByteBuffer bytes = bytesOf(file);
    int mark = bytes.getInt(MARK_OFFSET);
    if (bytes.getInt(MARK_OFFSET + 4) != ~mark || mark < LENGTH) {
      throw new LogCorruptException(
          name, MARK_OFFSET, "a mark (how far the file was written) that is none");
    }
    return mark;
  }

  /**
   * Reads the header; null if it is one that was not written whole (shorter than 64 bytes, or all
   * zero).
   *
   * @throws LogCorruptException if it is not a header that this build understands, or of another
   *     index than the file's name says
   */
  static @Nullable SegmentHeader read(Path name, DiskFile file) throws IOException {
    if (file.size() < LENGTH) {
      return null;
    }
    ByteBuffer bytes = bytesOf(file);
    if (bytes.equals(ByteBuffer.allocate(LENGTH))) {
      return null;
    }
    if (bytes.getLong(0) != MAGIC) {
      throw new LogCorruptException(name, 0, "no segment of a log: its first bytes are foreign");
    }
    int version = bytes.getInt(VERSION_OFFSET);
    if (version != VERSION) {
      throw new LogCorruptException(
          name,
          VERSION_OFFSET,
          "format version "
              + Integer.toUnsignedString(version)
              + ", while this build knows "
              + VERSION
              + " only");
    }
    long first = bytes.getLong(INDEX_OFFSET);
    long position = bytes.getLong(POSITION_OFFSET);
    if (bytes.getInt(CRC_OFFSET) != crc(bytes) || bytes.getInt(SALT_OFFSET) == 0) {
      throw new LogCorruptException(name, CRC_OFFSET, "a header whose checksum does not match");
    }
    if (first < 1 || first >= EntryHeader.LIMIT || position < 0 || position >= EntryHeader.LIMIT) {
      throw new LogCorruptException(
          name, INDEX_OFFSET, "the header of index " + first + " and position " + position);
    }
    if (first != SegmentFiles.firstIndexOf(name)) {
      throw new LogCorruptException(
          name, INDEX_OFFSET, "the header of index " + first + ": the file was renamed");
    }
    UUID boot = new UUID(bytes.getLong(BOOT_OFFSET), bytes.getLong(BOOT_OFFSET + 8));
    boolean synced = (bytes.getInt(FLAGS_OFFSET) & 1) != 0;
    return new SegmentHeader(bytes.getInt(SALT_OFFSET), first, position, boot, synced);
  }

  private static ByteBuffer bytesOf(DiskFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {
      // a short read goes on where it ended
    }
    return bytes.clear();
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, CRC_OFFSET));
    return (int) crc.getValue();
  }
}
