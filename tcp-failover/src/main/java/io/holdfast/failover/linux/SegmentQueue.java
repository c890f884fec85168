package io.holdfast.failover.linux;

/**
 * The verdict side of a queue of intercepted segments. {@link NetfilterQueue} is the kernel's;
 * tests of the gate have one of their own.
 *
 * <p>Owned by one thread, which need not be the one that receives.
 */
public interface SegmentQueue {
  /**
   * Decides on one segment: it goes on its way or is dropped. Takes effect with {@link
   * #flushVerdicts()} at the latest (sooner when the outgoing buffer is full). A segment that is no
   * longer there is no error.
   *
   * @param id as {@link SegmentHandler#packet} was told it
   */
  void verdict(int id, boolean accept) throws LinuxException;

  /**
   * Sends all verdicts since the last call to the kernel in one message, in their order.
   *
   * @return how many they were
   */
  int flushVerdicts() throws LinuxException;
}
