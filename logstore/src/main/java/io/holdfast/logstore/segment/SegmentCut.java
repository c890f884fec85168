package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Cuts a segment file behind an entry, so that nothing of what followed is ever found again. */
final class SegmentCut {
  private static final int PIECE = 256 << 10;

  private SegmentCut() {}

  /**
   * Cuts the file at this byte. Its mark goes back first, so that a crash in between leaves a torn
   * tail and no damage. A file that is known by a second name too (in a snapshot) is left alone
   * there: it is copied, and the copy takes the name.
   */
  static void cut(Disk disk, Segment segment, long offset, boolean sync) throws IOException {
    Path path = segment.file();
    if (disk.shared(path)) {
      Path copy = path.resolveSibling(path.getFileName() + ".cut");
      copy(disk, path, copy, segment.header(), offset, sync);
      disk.rename(copy, path);
      if (sync) {
        disk.forceFolder(SegmentFiles.folderOf(path));
      }
      return;
    }
    try (DiskFile file = disk.open(path)) {
      cut(file, path, offset, sync);
    }
  }

  /** Cuts an open file that has no second name. */
  static void cut(DiskFile file, Path path, long offset, boolean sync) throws IOException {
    if (SegmentHeader.readMark(path, file) > offset) {
      SegmentHeader.mark(file, offset);
      if (sync) {
        file.force();
      }
    }
    file.truncate(offset);
    if (sync) {
      file.force();
    }
  }

  /** Brings a file that was just made, and its name, to the disk. */
  static void force(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.open(path)) {
      file.force();
    }
    disk.forceFolder(SegmentFiles.folderOf(path));
  }

  /** Copies a segment file up to this byte, with a mark that says so. */
  static void copy(Disk disk, Path from, Path to, SegmentHeader header, long offset, boolean sync)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
    try (DiskFile source = disk.openToRead(from);
        DiskFile target = disk.create(to)) {
      target.write(header.encode(SegmentHeader.LENGTH), 0);
      long at = SegmentHeader.LENGTH;
      while (at < offset) {
        buffer.clear().limit((int) Math.min(PIECE, offset - at));
        if (source.read(buffer, at) < 0) {
          throw new LogCorruptException(from, at, "the file ends before its entries do");
        }
        int part = buffer.position();
        target.write(buffer.flip(), at);
        at += part;
      }
      if (sync) {
        target.force();
      }
      SegmentHeader.mark(target, offset);
      if (sync) {
        target.force();
      }
    }
  }
}
