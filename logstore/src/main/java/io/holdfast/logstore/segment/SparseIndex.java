package io.holdfast.logstore.segment;

import java.util.Arrays;

/**
 * Where some of a file's entries stand: about one point for each 64 KiB. Changed by the writer,
 * read from any thread; a reader asks only for what is published as written, so it never meets a
 * point that the writer may still take back.
 */
final class SparseIndex {
  static final int SPACING = 64 << 10;

  /** Elements behind the count may change; those before it never do. */
  private static final class Points {
    final long[] indexes;
    final long[] positions;
    final long[] offsets;
    final int count;

    Points(long[] indexes, long[] positions, long[] offsets, int count) {
      this.indexes = indexes;
      this.positions = positions;
      this.offsets = offsets;
      this.count = count;
    }
  }

  /** An entry: its place in the file, its index, the position before it. */
  record Point(long offset, long index, long position) {}

  private volatile Points points = new Points(new long[4], new long[4], new long[4], 0);

  /** Notes an entry, if it stands far enough behind the last that was noted. */
  void add(long offset, long index, long position) {
    Points now = points;
    int count = now.count;
    if (count > 0 && offset - now.offsets[count - 1] < SPACING) {
      return;
    }
    if (count == now.indexes.length) {
      now =
          new Points(
              Arrays.copyOf(now.indexes, 2 * count),
              Arrays.copyOf(now.positions, 2 * count),
              Arrays.copyOf(now.offsets, 2 * count),
              count);
    }
    now.indexes[count] = index;
    now.positions[count] = position;
    now.offsets[count] = offset;
    points = new Points(now.indexes, now.positions, now.offsets, count + 1);
  }

  /** Forgets the entries that stand at this byte or behind. */
  void cut(long offset) {
    Points now = points;
    int count = now.count;
    while (count > 0 && now.offsets[count - 1] >= offset) {
      count--;
    }
    points = new Points(now.indexes, now.positions, now.offsets, count);
  }

  /** A copy that has only the points before this byte. */
  SparseIndex before(long offset) {
    SparseIndex copy = new SparseIndex();
    Points now = points;
    copy.points =
        new Points(now.indexes.clone(), now.positions.clone(), now.offsets.clone(), now.count);
    copy.cut(offset);
    return copy;
  }

  /** The last noted entry whose index is not greater; the start of the file if there is none. */
  Point atIndex(long index, SegmentHeader header) {
    Points now = points;
    return at(now, last(now.indexes, now.count, index), header);
  }

  /**
   * The last noted entry that does not begin behind this position, nor in the file behind this byte
   * (what is there does not count yet).
   */
  Point atPosition(long position, long end, SegmentHeader header) {
    Points now = points;
    int found = last(now.positions, now.count, position);
    while (found >= 0 && now.offsets[found] > end) {
      found--;
    }
    return at(now, found, header);
  }

  private static Point at(Points now, int found, SegmentHeader header) {
    return found < 0
        ? new Point(SegmentHeader.LENGTH, header.firstIndex(), header.firstPosition())
        : new Point(now.offsets[found], now.indexes[found], now.positions[found]);
  }

  private static int last(long[] values, int count, long most) {
    int low = -1;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (values[middle] <= most) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
