package io.holdfast.logstore.segment;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which segments there are, oldest first; immutable.
 *
 * @param generation grows whenever something behind a reader may have been taken back
 */
record SegmentTable(List<Segment> segments, long generation) {

  SegmentTable {
    segments = List.copyOf(segments);
  }

  /** The oldest, or null in a store that never had an entry. */
  @Nullable Segment first() {
    return segments.isEmpty() ? null : segments.getFirst();
  }

  /** The one that grows, or null in a store that never had an entry. */
  @Nullable Segment last() {
    return segments.isEmpty() ? null : segments.getLast();
  }

  SegmentTable with(Segment next) {
    List<Segment> more = new ArrayList<>(segments);
    more.add(next);
    return new SegmentTable(more, generation);
  }

  SegmentTable replacingLast(Segment other) {
    List<Segment> changed = new ArrayList<>(segments);
    changed.set(changed.size() - 1, other);
    return new SegmentTable(changed, generation + 1);
  }

  /** Without so many of the oldest. */
  SegmentTable without(int oldest) {
    return new SegmentTable(segments.subList(oldest, segments.size()), generation);
  }

  /** The number of the segment that holds this entry, or -1. */
  int numberOf(long index) {
    int low = -1;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).firstIndex() <= index) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low < 0 || index > segments.get(low).extent().lastIndex() ? -1 : low;
  }

  /** The segment that holds this entry, or null. */
  @Nullable Segment holding(long index) {
    int number = numberOf(index);
    return number < 0 ? null : segments.get(number);
  }

  /** The last segment that does not begin behind this position, or null. */
  @Nullable Segment atPosition(long position) {
    int low = -1;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).firstPosition() <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low < 0 ? null : segments.get(low);
  }

  /** The segment that follows this one, or null. */
  @Nullable Segment after(Segment segment) {
    int low = 0;
    int high = segments.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).firstIndex() <= segment.firstIndex()) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return low < segments.size() ? segments.get(low) : null;
  }
}
