package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentScanner.Found;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A segment file of bytes in memory, for those who try what the scanner makes of them. */
final class SegmentBytes implements DiskFile {
  private static final Path NAME = Path.of("0000000000000001.seg");
  private static final int WINDOW = 512;
  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(WINDOW));

  private final byte[] bytes;

  private SegmentBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Scans the bytes as the file of the first segment, payloads and records too; how many entries
   * were found. What is no header at all has none.
   */
  static long scan(byte[] bytes) {
    try (SegmentBytes file = new SegmentBytes(bytes)) {
      SegmentHeader header = SegmentHeader.read(NAME, file);
      if (header == null) {
        return 0;
      }
      SegmentHeader.readMark(NAME, file);
      SegmentScanner scanner =
          new SegmentScanner(file, new FileWindow(file, BUFFER.get(), WINDOW), header)
              .checkingPayloadsFrom(0);
      while (scanner.next() == Found.ENTRY) {
        Verification.records(scanner, NAME);
      }
      scanner.zerosFollow();
      return scanner.nextIndex() - header.firstIndex();
    } catch (LogCorruptException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int read(ByteBuffer into, long at) {
    if (into.capacity() > Math.max(WINDOW, 2 * bytes.length)) {
      throw new AssertionError(into.capacity() + " bytes of memory for a file of " + bytes.length);
    }
    int count = (int) Math.min(into.remaining(), bytes.length - at);
    if (count <= 0) {
      return -1;
    }
    into.put(bytes, (int) at, count);
    return count;
  }

  @Override
  public void write(ByteBuffer from, long at) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void force() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    // nothing is held
  }
}
