package io.holdfast.logstore.log;

/**
 * How a {@link FileLog} stores.
 *
 * @param sync whether a record is committed only when it is on the disk; otherwise it is when the
 *     operating system has it, which survives the death of every process but not of the machine
 * @param segmentBytes record bytes of one file, 1 KiB to 1 GiB; a single longer record gets a file
 *     of its own
 * @param bufferBytes bytes gathered before they are written without being asked, 4 KiB to 16 MiB
 * @param stallBytes bytes appended and not yet written at which {@link Log#append} refuses, at
 *     least {@code bufferBytes}; memory of this size is used while the disk takes nothing
 * @param lowSpaceBytes usable bytes of the file system below which the status is LOW_SPACE, 0 for
 *     never
 */
public record FileLogOptions(
    boolean sync, long segmentBytes, int bufferBytes, long stallBytes, long lowSpaceBytes) {

  public FileLogOptions {
    within("segmentBytes", segmentBytes, 1 << 10, 1 << 30);
    within("bufferBytes", bufferBytes, 4 << 10, 16 << 20);
    within("stallBytes", stallBytes, bufferBytes, 1L << 31);
    within("lowSpaceBytes", lowSpaceBytes, 0, Long.MAX_VALUE);
  }

  private static void within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is " + value + ", not " + least + " to " + most);
    }
  }

  /** Unsynced, 64 MiB a file, 1 MiB gathered, refuses at 64 MiB, warns below 128 MiB of space. */
  public static FileLogOptions defaults() {
    return new FileLogOptions(false, 64L << 20, 1 << 20, 64L << 20, 128L << 20);
  }

  public FileLogOptions withSync(boolean value) {
    return new FileLogOptions(value, segmentBytes, bufferBytes, stallBytes, lowSpaceBytes);
  }

  public FileLogOptions withSegmentBytes(long value) {
    return new FileLogOptions(sync, value, bufferBytes, stallBytes, lowSpaceBytes);
  }

  public FileLogOptions withBufferBytes(int value) {
    return new FileLogOptions(sync, segmentBytes, value, stallBytes, lowSpaceBytes);
  }

  public FileLogOptions withStallBytes(long value) {
    return new FileLogOptions(sync, segmentBytes, bufferBytes, value, lowSpaceBytes);
  }

  public FileLogOptions withLowSpaceBytes(long value) {
    return new FileLogOptions(sync, segmentBytes, bufferBytes, stallBytes, value);
  }
}
