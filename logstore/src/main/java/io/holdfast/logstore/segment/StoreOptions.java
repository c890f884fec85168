package io.holdfast.logstore.segment;

/**
 * How a {@link SegmentStore} stores.
 *
 * @param sync whether an entry is durable only when it is on the disk; otherwise it is when the
 *     operating system has it, which survives the death of every process but not of the machine
 * @param segmentBytes bytes of one file, 1 KiB to 1 GiB; a single longer entry gets a file of its
 *     own
 * @param preallocate whether the next file is filled with zeros before it is needed
 */
public record StoreOptions(boolean sync, long segmentBytes, boolean preallocate) {

  public StoreOptions {
    if (segmentBytes < 1 << 10 || segmentBytes > 1 << 30) {
      throw new IllegalArgumentException(
          "segmentBytes is " + segmentBytes + ", not " + (1 << 10) + " to " + (1 << 30));
    }
  }

  /** Unsynced, 64 MiB a file, preallocated. */
  public static StoreOptions defaults() {
    return new StoreOptions(false, 64L << 20, true);
  }

  /**
   * As {@link #defaults}, synced or not. Only a synced store prepares its files: a sync need not
   * write a new length then. Unsynced the zeros would be copied for nothing.
   */
  public static StoreOptions of(boolean sync) {
    return defaults().withSync(sync).withPreallocate(sync);
  }

  public StoreOptions withSync(boolean value) {
    return new StoreOptions(value, segmentBytes, preallocate);
  }

  public StoreOptions withSegmentBytes(long value) {
    return new StoreOptions(sync, value, preallocate);
  }

  public StoreOptions withPreallocate(boolean value) {
    return new StoreOptions(sync, segmentBytes, value);
  }
}
