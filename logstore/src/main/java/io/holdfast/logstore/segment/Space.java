package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What is left on the volume of a log, and what of it records may take. The rest is kept for what
 * gives space back: a checkpoint, and the entries that trim. Without it a log that has filled its
 * own volume could never give anything free again.
 *
 * <p>Records of an order that others share are stopped before they get a place in it, by {@link
 * #check}: what stands in it may use most of what is kept, for a trim may stand behind it.
 *
 * <p>Looks again whenever so much was written that it may matter. Thread-safe.
 */
final class Space {
  /** Bytes that are written without a look, at most: others may use the volume too. */
  private static final long LOOK_EVERY = 16L << 20;

  /** What is ordered already leaves this part of what is kept. */
  private static final int ORDERED_SHARE = 4;

  private final Disk disk;
  private final Path folder;
  private final long reserve;

  /** Bytes that may be written before the next look. Guarded by this. */
  private long allowance;

  private volatile long usable;

  Space(Disk disk, Path folder, long reserve) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.reserve = reserve;
    look();
  }

  /** Bytes that are left, by a look now. */
  long look() throws IOException {
    long now = disk.usableSpace(folder);
    usable = now;
    return now;
  }

  /** Bytes that were left at the last look. */
  long usable() {
    return usable;
  }

  /**
   * Records of so many bytes are about to be written.
   *
   * @param ordered they have a place in an order that others share
   * @throws IOException if they would take what is kept
   */
  synchronized void take(long bytes, boolean ordered) throws IOException {
    require(bytes, ordered ? reserve / ORDERED_SHARE : reserve);
    allowance = Math.max(0, allowance - bytes);
  }

  /**
   * Records may be about to get a place: with all that has one and is not written, so many bytes.
   *
   * @throws IOException if they would take what is kept
   */
  synchronized void check(long bytes) throws IOException {
    require(bytes, reserve);
  }

  private synchronized void require(long bytes, long kept) throws IOException {
    if (bytes > allowance) {
      long free = look();
      allowance = Math.clamp(free - reserve, 0, LOOK_EVERY);
      if (bytes > free - kept) {
        throw full();
      }
    }
  }

  /**
   * A file of so many bytes is about to be prepared.
   *
   * @throws IOException if it would take what is kept
   */
  void prepare(long bytes) throws IOException {
    if (bytes > look() - reserve) {
      throw full();
    }
  }

  private IOException full() {
    return new IOException(
        "No space left on device: %d bytes are left, of which the log keeps %d to give space back"
            .formatted(usable, reserve));
  }
}
