package io.holdfast.logstore.segment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The files that are open for reading entries: a few, those that were used last. One that is
 * dropped while it is read is closed when that is over.
 */
final class OpenFiles {
  private static final int KEPT = 8;

  private static final class Shared {
    final DiskFile file;

    /** Guarded by the table. */
    int users;

    /** Guarded by the table. */
    boolean dropped;

    Shared(DiskFile file) {
      this.file = file;
    }
  }

  /** The use of a file by one caller. */
  final class Use implements AutoCloseable {
    private final Shared shared;

    private Use(Shared shared) {
      this.shared = shared;
    }

    DiskFile file() {
      return shared.file;
    }

    @Override
    public void close() {
      release(shared);
    }
  }

  private final Disk disk;

  /** The one used last stands last. Guarded by itself. */
  private final Map<Segment, Shared> table = new LinkedHashMap<>(16, 0.75f, true);

  OpenFiles(Disk disk) {
    this.disk = disk;
  }

  Use use(Segment segment) throws IOException {
    synchronized (table) {
      Shared shared = table.get(segment);
      if (shared == null) {
        shared = new Shared(disk.openToRead(segment.file()));
        table.put(segment, shared);
      }
      shared.users++;
      evict();
      return new Use(shared);
    }
  }

  private void evict() {
    Iterator<Shared> oldest = table.values().iterator();
    while (table.size() > KEPT && oldest.hasNext()) {
      Shared shared = oldest.next();
      if (shared.users == 0) {
        oldest.remove();
        close(shared.file);
      }
    }
  }

  private void release(Shared shared) {
    synchronized (table) {
      shared.users--;
      if (shared.dropped && shared.users == 0) {
        close(shared.file);
      }
    }
  }

  /** These are not in the store any more. */
  void drop(List<Segment> segments) {
    synchronized (table) {
      for (Segment segment : segments) {
        Shared shared = table.remove(segment);
        if (shared != null) {
          shared.dropped = true;
          if (shared.users == 0) {
            close(shared.file);
          }
        }
      }
    }
  }

  void close() {
    List<Segment> all;
    synchronized (table) {
      all = new ArrayList<>(table.keySet());
    }
    drop(all);
  }

  static void close(DiskFile file) {
    try {
      file.close();
    } catch (IOException e) {
      LoggerFactory.getLogger(SegmentStore.class).warn("cannot close a file of the log", e);
    }
  }
}
