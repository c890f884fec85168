package io.holdfast.failover.connection;

import java.util.Arrays;

/**
 * The segments of one connection that wait for the gate, first in first out. Grows to what the
 * kernel's queue allows (its maximum length bounds the segments that are without a verdict, so it
 * bounds this too) and allocates nothing otherwise. Owned by the pipeline.
 */
public final class HeldSegments {
  private static final int INITIAL = 16;

  private int[] ids = new int[INITIAL];
  private int[] ends = new int[INITIAL];
  private int[] acks = new int[INITIAL];
  private byte[] flags = new byte[INITIAL];
  private int head;
  private int tail;

  /**
   * A segment that comes behind all others.
   *
   * @param id the kernel's id of the packet
   * @param end sequence number behind the segment's last byte, SYN and FIN not counted
   * @param ack acknowledgment number
   * @param tcpFlags the header's eight flags
   */
  public void add(int id, int end, int ack, int tcpFlags) {
    if (tail - head == ids.length) {
      grow();
    }
    int at = tail++ & ids.length - 1;
    ids[at] = id;
    ends[at] = end;
    acks[at] = ack;
    flags[at] = (byte) tcpFlags;
  }

  private void grow() {
    int count = ids.length;
    int shift = head & count - 1;
    ids = unrolled(ids, shift);
    ends = unrolled(ends, shift);
    acks = unrolled(acks, shift);
    byte[] wider = new byte[2 * count];
    System.arraycopy(flags, shift, wider, 0, count - shift);
    System.arraycopy(flags, 0, wider, count - shift, shift);
    flags = wider;
    head = 0;
    tail = count;
  }

  private static int[] unrolled(int[] ring, int shift) {
    int[] wider = Arrays.copyOfRange(ring, shift, shift + 2 * ring.length);
    System.arraycopy(ring, 0, wider, ring.length - shift, shift);
    return wider;
  }

  public int size() {
    return tail - head;
  }

  public boolean isEmpty() {
    return tail == head;
  }

  public int id() {
    return ids[head & ids.length - 1];
  }

  public int end() {
    return ends[head & ids.length - 1];
  }

  public int ack() {
    return acks[head & ids.length - 1];
  }

  public int flags() {
    return flags[head & ids.length - 1] & 0xff;
  }

  public void removeFirst() {
    head++;
  }
}
