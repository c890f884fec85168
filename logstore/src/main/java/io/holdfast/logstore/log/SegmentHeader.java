package io.holdfast.logstore.log;

import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of a segment file, big-endian.
 *
 * <pre>
 *   offset  size  field
 *        0     8  magic, "HOLDFAST" in ASCII
 *        8     4  version of the file format, 1
 *       12     4  length of this header, 64
 *       16     8  base: position of the first record
 *       24    16  boot id of the machine when the file was begun
 *       40     4  CRC32C of bytes 0 to 40
 *       44     4  reserved, zero
 *       48     8  mark: a position up to which everything was written
 *       56     8  the mark's complement
 * </pre>
 *
 * The version is read before the checksum, so that a later format may change all that follows it.
 *
 * <p>The mark is written after the records of each flush. Within one boot of the machine it proves
 * that what is wrong behind it is a write that its owner's death cut short, whatever the bytes look
 * like: a peer may well send us bytes that read as records. After the machine's own crash it proves
 * nothing, for then files come back in any state.
 */
record SegmentHeader(long base, UUID boot) {
  static final int LENGTH = 64;
  static final int VERSION = 1;

  private static final long MAGIC = 0x484f_4c44_4641_5354L;
  private static final int VERSION_OFFSET = 8;
  private static final int LENGTH_OFFSET = 12;
  private static final int BASE_OFFSET = 16;
  private static final int BOOT_OFFSET = 24;
  private static final int CRC_OFFSET = 40;
  private static final int MARK_OFFSET = 48;
  static final int MARK_LENGTH = 16;

  /** A buffer with the header in it, ready to be written. */
  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(LENGTH);
    bytes.putLong(0, MAGIC).putInt(VERSION_OFFSET, VERSION).putInt(LENGTH_OFFSET, LENGTH);
    bytes.putLong(BASE_OFFSET, base);
    bytes.putLong(BOOT_OFFSET, boot.getMostSignificantBits());
    bytes.putLong(BOOT_OFFSET + 8, boot.getLeastSignificantBits());
    bytes.putInt(CRC_OFFSET, crc(bytes));
    bytes.putLong(MARK_OFFSET, base).putLong(MARK_OFFSET + 8, ~base);
    return bytes;
  }

  /** Writes the mark, by way of a buffer of 16 bytes that the caller keeps. */
  static void mark(FileChannel channel, ByteBuffer sixteen, long position) throws IOException {
    sixteen.clear().putLong(position).putLong(~position).flip();
    while (sixteen.hasRemaining()) {
      channel.write(sixteen, MARK_OFFSET + sixteen.position());
    }
  }

  /**
   * Whether damage at this position is the end of a write that was cut short, by the mark's proof.
   */
  boolean provesTorn(FileChannel channel, long position, UUID presentBoot) throws IOException {
    ByteBuffer bytes = bytesOf(channel);
    long mark = bytes.getLong(MARK_OFFSET);
    return boot.equals(presentBoot)
        && bytes.getLong(MARK_OFFSET + 8) == ~mark
        && mark >= base
        && position >= mark;
  }

  /**
   * Reads the header of a file that holds at least {@link #LENGTH} bytes.
   *
   * @throws LogCorruptException if it is not a header that this build understands, or of another
   *     position than the file's name says
   */
  static SegmentHeader read(Path file, FileChannel channel) throws IOException {
    ByteBuffer bytes = bytesOf(channel);
    if (bytes.getLong(0) != MAGIC) {
      throw new LogCorruptException(file, 0, "no segment of a log: its first bytes are foreign");
    }
    int version = bytes.getInt(VERSION_OFFSET);
    if (version != VERSION) {
      throw new LogCorruptException(
          file,
          VERSION_OFFSET,
          "format version " + version + ", while this build knows " + VERSION + " only");
    }
    if (bytes.getInt(LENGTH_OFFSET) != LENGTH || bytes.getInt(CRC_OFFSET) != crc(bytes)) {
      throw new LogCorruptException(file, CRC_OFFSET, "a header whose checksum does not match");
    }
    long base = bytes.getLong(BASE_OFFSET);
    if (base != Segment.baseOf(file)) {
      throw new LogCorruptException(
          file, BASE_OFFSET, "the header of position " + base + ": the file was renamed");
    }
    UUID boot = new UUID(bytes.getLong(BOOT_OFFSET), bytes.getLong(BOOT_OFFSET + 8));
    return new SegmentHeader(base, boot);
  }

  /** Whether the header is one that a crash cut off: shorter than 64 bytes, or all zero. */
  static boolean torn(FileChannel channel) throws IOException {
    return channel.size() < LENGTH || bytesOf(channel).equals(ByteBuffer.allocate(LENGTH));
  }

  private static ByteBuffer bytesOf(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
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
