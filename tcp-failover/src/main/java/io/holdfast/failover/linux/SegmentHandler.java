package io.holdfast.failover.linux;

import java.nio.ByteBuffer;

/** Is told of each segment that the kernel gave to the queue. */
@FunctionalInterface
public interface SegmentHandler {
  /** {@code hook} of an inbound segment (PREROUTING). */
  int HOOK_PREROUTING = 0;

  /** {@code hook} of an inbound segment (INPUT). */
  int HOOK_INPUT = 1;

  /** {@code hook} of an outgoing segment (OUTPUT). */
  int HOOK_OUTPUT = 3;

  /**
   * Bit of {@code skbInfo}: the checksum is still to be filled in by the device, it is no error.
   */
  int CHECKSUM_NOT_READY = 1;

  /** Bit of {@code skbInfo}: the segment exceeds the device's MTU and is cut later (GSO, GRO). */
  int GSO = 1 << 1;

  /** Bit of {@code skbInfo}: inbound, the checksum has not been verified yet. */
  int CHECKSUM_NOT_VERIFIED = 1 << 2;

  /**
   * One segment. The bytes are valid until this returns: what is needed later must be copied. The
   * segment waits in the kernel until there is a verdict about {@code id}.
   *
   * @param id the kernel's number of this segment in this queue (unsigned)
   * @param hook one of the {@code HOOK_} constants
   * @param view direct, big-endian; its position and limit mean nothing
   * @param at index in {@code view} of the first byte of the IP header
   * @param capturedLength bytes that {@code view} has of it
   * @param fullLength bytes of the segment, IP header included; up to 64 KiB and more with GSO
   * @param skbInfo the bits {@link #CHECKSUM_NOT_READY}, {@link #GSO}, {@link
   *     #CHECKSUM_NOT_VERIFIED}
   */
  void packet(
      int id, int hook, ByteBuffer view, int at, int capturedLength, int fullLength, int skbInfo);
}
