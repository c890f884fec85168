package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What is left on the volume of a log, and what of it records may take. The rest is kept for what
 * gives space back: a checkpoint, and the entries that trim. Without it a log that has filled its
 * own volume could never give anything free again.
 *
 * <p>Looks again whenever so much was written that it may matter. {@link #take} is called under the
 * store's lock; the rest from any thread.
 */
final class Space {
  /** Bytes that are written without a look, at most: others may use the volume too. */
  private static final long LOOK_EVERY = 16L << 20;

  private final Disk disk;
  private final Path folder;
  private final long reserve;

  /** Bytes that may be written before the next look. Under the store's lock. */
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
   * @throws IOException if they would take what is kept
   */
  void take(long bytes) throws IOException {
    if (bytes > allowance) {
      long free = look() - reserve;
      if (bytes > free) {
        allowance = 0;
        throw full();
      }
      allowance = Math.max(bytes, Math.min(free, LOOK_EVERY));
    }
    allowance -= bytes;
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
