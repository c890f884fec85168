package io.holdfast.logstore.segment;

import java.nio.file.Path;

/** One file of the store: what it is called, what it holds. Only its end changes. */
final class Segment {
  /**
   * How far a file goes.
   *
   * @param offset byte behind the last entry
   * @param lastIndex index of the last entry; one before the file's first if it is empty
   * @param lastTerm term of the last entry, or of the last before this file; 0 if there is none
   * @param position position behind the last entry
   */
  record Extent(long offset, long lastIndex, long lastTerm, long position) {}

  private final Path file;
  private final SegmentHeader header;
  private final SparseIndex points;
  private volatile Extent extent;

  Segment(Path file, SegmentHeader header, SparseIndex points, Extent extent) {
    this.file = file;
    this.header = header;
    this.points = points;
    this.extent = extent;
  }

  /** A segment without entries. */
  static Segment empty(Path file, SegmentHeader header, long lastTerm) {
    return new Segment(
        file,
        header,
        new SparseIndex(),
        new Extent(
            SegmentHeader.LENGTH, header.firstIndex() - 1, lastTerm, header.firstPosition()));
  }

  Path file() {
    return file;
  }

  SegmentHeader header() {
    return header;
  }

  SparseIndex points() {
    return points;
  }

  /** What is written and counts. */
  Extent extent() {
    return extent;
  }

  /** The writer has written so far. */
  void reaches(Extent end) {
    extent = end;
  }

  long firstIndex() {
    return header.firstIndex();
  }

  long firstPosition() {
    return header.firstPosition();
  }

  boolean isEmpty() {
    return extent.offset == SegmentHeader.LENGTH;
  }
}
