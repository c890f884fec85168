package io.holdfast.failover.packet;

import java.nio.ByteBuffer;

/**
 * The options of a TCP header that matter here: MSS (RFC 9293 section 3.7.1), window scale and
 * timestamps (RFC 7323), SACK permitted (RFC 2018). What is malformed is left out, and what stands
 * behind an option of impossible length with it, as the kernel does. Owned by one thread.
 */
public final class TcpOptionsFlyweight {
  private static final int END = 0;
  private static final int NO_OPERATION = 1;
  private static final int MSS = 2;
  private static final int WINDOW_SCALE = 3;
  private static final int SACK_PERMITTED = 4;
  private static final int TIMESTAMPS = 8;

  /** The largest shift (RFC 7323 section 2.3). */
  private static final int LARGEST_SCALE = 14;

  private int mss;
  private int windowScale;
  private boolean sackPermitted;
  private boolean timestamps;
  private int tsVal;
  private int tsEcr;

  /** Reads the options of a segment that was wrapped with success. */
  public TcpOptionsFlyweight wrap(ByteBuffer buffer, TcpFlyweight tcp) {
    return wrap(buffer, tcp.optionsIndex(), tcp.optionsLength());
  }

  /** Reads {@code length} bytes of options, all of which must be in the buffer. */
  public TcpOptionsFlyweight wrap(ByteBuffer buffer, int at, int length) {
    mss = 0;
    windowScale = -1;
    sackPermitted = false;
    timestamps = false;
    tsVal = 0;
    tsEcr = 0;
    int end = at + length;
    int i = at;
    while (i < end) {
      int kind = buffer.get(i) & 0xff;
      if (kind == NO_OPERATION) {
        i++;
        continue;
      }
      if (kind == END || end - i < 2) {
        break;
      }
      int size = buffer.get(i + 1) & 0xff;
      if (size < 2 || size > end - i) {
        break;
      }
      option(buffer, i, kind, size);
      i += size;
    }
    return this;
  }

  private void option(ByteBuffer buffer, int i, int kind, int size) {
    if (kind == MSS && size == 4) {
      mss = buffer.getShort(i + 2) & 0xffff;
    } else if (kind == WINDOW_SCALE && size == 3) {
      windowScale = Math.min(buffer.get(i + 2) & 0xff, LARGEST_SCALE);
    } else if (kind == SACK_PERMITTED && size == 2) {
      sackPermitted = true;
    } else if (kind == TIMESTAMPS && size == 10) {
      timestamps = true;
      tsVal = buffer.getInt(i + 2);
      tsEcr = buffer.getInt(i + 6);
    }
  }

  /** Bytes; 0 if absent. */
  public int mss() {
    return mss;
  }

  /** 0 to 14; −1 if absent. */
  public int windowScale() {
    return windowScale;
  }

  public boolean sackPermitted() {
    return sackPermitted;
  }

  /** Whether there are timestamps. */
  public boolean timestamps() {
    return timestamps;
  }

  /** The sender's clock, unsigned; 0 without timestamps. */
  public int tsVal() {
    return tsVal;
  }

  /** The echo of the receiver's clock, unsigned; 0 without timestamps. */
  public int tsEcr() {
    return tsEcr;
  }
}
