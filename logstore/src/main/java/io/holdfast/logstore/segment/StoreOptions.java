package io.holdfast.logstore.segment;

/**
 * How a {@link SegmentStore} stores.
 *
 * @param sync whether an entry is durable only when it is on the disk; otherwise it is when the
 *     operating system has it, which survives the death of every process but not of the machine
 * @param segmentBytes bytes of one file, 1 KiB to 1 GiB; a single longer entry gets a file of its
 *     own
 * @param preallocate whether the next file is filled with zeros before it is needed
 * @param reserveBytes bytes of the volume that records leave to what gives space back: checkpoints,
 *     and entries of other kinds; 0 or more
 */
public record StoreOptions(
    boolean sync, long segmentBytes, boolean preallocate, long reserveBytes) {
  /** What a member keeps: much more than the state of a checkpoint takes. */
  private static final long RESERVE = 4L << 20;

  public StoreOptions {
    if (segmentBytes < 1 << 10 || segmentBytes > 1 << 30) {
      throw new IllegalArgumentException(
          "segmentBytes is " + segmentBytes + ", not " + (1 << 10) + " to " + (1 << 30));
    }
    if (reserveBytes < 0) {
      throw new IllegalArgumentException("reserveBytes is " + reserveBytes);
    }
  }

  /** Unsynced, 64 MiB a file, preallocated, nothing kept. */
  public static StoreOptions defaults() {
    return new StoreOptions(false, 64L << 20, true, 0);
  }

  /**
   * For a member of the log, synced or not. Only a synced store prepares its files: a sync need not
   * write a new length then. Unsynced the zeros would be copied for nothing.
   */
  public static StoreOptions of(boolean sync) {
    return new StoreOptions(sync, 64L << 20, sync, RESERVE);
  }

  public StoreOptions withSync(boolean value) {
    return new StoreOptions(value, segmentBytes, preallocate, reserveBytes);
  }

  public StoreOptions withSegmentBytes(long value) {
    return new StoreOptions(sync, value, preallocate, reserveBytes);
  }

  public StoreOptions withPreallocate(boolean value) {
    return new StoreOptions(sync, segmentBytes, value, reserveBytes);
  }

  public StoreOptions withReserveBytes(long value) {
    return new StoreOptions(sync, segmentBytes, preallocate, value);
  }
}
