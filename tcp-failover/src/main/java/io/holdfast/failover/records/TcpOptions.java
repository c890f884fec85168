package io.holdfast.failover.records;

/**
 * What one side's SYN offered (RFC 9293 section 3.2, RFC 7323, RFC 2018).
 *
 * @param mss 1 to 65,535, or 0: the option was absent
 * @param windowScale 0 to 14, or −1: absent
 * @param sackPermitted whether SACK-permitted was there
 * @param timestamps whether timestamps were there
 * @param tsval the timestamp value of that segment, 0 to 2^32 − 1
 */
public record TcpOptions(
    int mss, int windowScale, boolean sackPermitted, boolean timestamps, long tsval) {
  /** A SYN without options. */
  public static final TcpOptions NONE = new TcpOptions(0, -1, false, false, 0);

  private static final int SACK_PERMITTED = 1;
  private static final int TIMESTAMPS = 2;

  public TcpOptions {
    if (mss < 0 || mss > 0xffff || windowScale < -1 || windowScale > 14) {
      throw new IllegalArgumentException("mss " + mss + ", window scale " + windowScale);
    }
    if (tsval < 0 || tsval > 0xffff_ffffL) {
      throw new IllegalArgumentException("tsval " + tsval);
    }
  }

  void write(FieldWriter out) {
    int flags = (sackPermitted ? SACK_PERMITTED : 0) | (timestamps ? TIMESTAMPS : 0);
    out.u16(mss).u8(windowScale).u8(flags).i32((int) tsval);
  }

  static TcpOptions read(FieldReader in, String whose) {
    int mss = in.u16(whose);
    int scale = (byte) in.u8(whose);
    if (scale < -1 || scale > 14) {
      throw in.wrong(whose + " window scale", "-1 to 14", scale);
    }
    int flags = in.u8(whose);
    if ((flags & ~(SACK_PERMITTED | TIMESTAMPS)) != 0) {
      throw in.wrong(whose + " flags", "0 to 3", flags);
    }
    long tsval = in.i32(whose) & 0xffff_ffffL;
    return new TcpOptions(
        mss, scale, (flags & SACK_PERMITTED) != 0, (flags & TIMESTAMPS) != 0, tsval);
  }
}
