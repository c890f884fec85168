package io.holdfast.logstore.log;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which segments there are, oldest first. Changed by whoever rolls or trims, under its monitor;
 * read without one.
 */
final class SegmentTable {
  private volatile Segment[] segments;

  SegmentTable(List<Segment> found) {
    segments = found.toArray(Segment[]::new);
  }

  /** The oldest, or null in a log without records. */
  @Nullable Segment first() {
    Segment[] now = segments;
    return now.length == 0 ? null : now[0];
  }

  /** The one that grows, or null in a log without records. */
  @Nullable Segment last() {
    Segment[] now = segments;
    return now.length == 0 ? null : now[now.length - 1];
  }

  /** The segment that holds the byte of this position, or null if it is not there any more. */
  @Nullable Segment holding(long position) {
    Segment[] now = segments;
    int low = 0;
    int high = now.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (now[middle].base() <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return now.length == 0 || position < now[low].base() ? null : now[low];
  }

  /** Base of the oldest segment from which on all were written under the boot of the last one. */
  long startOfLastBoot() {
    Segment[] now = segments;
    int oldest = now.length - 1;
    while (oldest > 0 && now[oldest - 1].boot().equals(now[oldest].boot())) {
      oldest--;
    }
    return now[oldest].base();
  }

  /** The last segment ends where this one begins. */
  synchronized void add(Segment next) {
    Segment[] now = segments;
    if (now.length > 0) {
      now[now.length - 1].endsAt(next.base());
    }
    Segment[] more = Arrays.copyOf(now, now.length + 1);
    more[now.length] = next;
    segments = more;
  }

  /** Drops and deletes what ends at or before this position, never the last. */
  void trim(long position) throws IOException {
    Segment[] dropped;
    synchronized (this) {
      Segment[] now = segments;
      int keep = 0;
      while (keep < now.length - 1 && now[keep].end() <= position) {
        keep++;
      }
      dropped = Arrays.copyOf(now, keep);
      segments = Arrays.copyOfRange(now, keep, now.length);
      // Oldest first and under the monitor: a crash in between, or a second trim, leaves no gap.
      for (Segment segment : dropped) {
        Files.deleteIfExists(segment.file());
      }
    }
  }
}
