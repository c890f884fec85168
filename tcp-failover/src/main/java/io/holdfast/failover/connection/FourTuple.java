package io.holdfast.failover.connection;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The key of a connection: both addresses (IPv4 as IPv4-mapped, RFC 4291 section 2.5.5.2), both
 * ports, and the scope of link-local addresses. Mutable, so that one instance can serve for all
 * look-ups; an instance that is a key in a table must be a {@link #copy()} that nobody changes.
 */
public final class FourTuple {
  private static final long MAPPED = 0xffffL << 32;

  private long localHigh;
  private long localLow;
  private long remoteHigh;
  private long remoteLow;
  private int localPort;
  private int remotePort;

  /** Takes these values; returns itself. */
  public FourTuple set(
      long localHigh,
      long localLow,
      int localPort,
      long remoteHigh,
      long remoteLow,
      int remotePort) {
    this.localHigh = localHigh;
    this.localLow = localLow;
    this.localPort = localPort;
    this.remoteHigh = remoteHigh;
    this.remoteLow = remoteLow;
    this.remotePort = remotePort;
    return this;
  }

  /** Takes the values of another; returns itself. */
  public FourTuple set(FourTuple that) {
    return set(
        that.localHigh,
        that.localLow,
        that.localPort,
        that.remoteHigh,
        that.remoteLow,
        that.remotePort);
  }

  public static FourTuple of(InetAddress local, int localPort, InetAddress remote, int remotePort) {
    byte[] l = local.getAddress();
    byte[] r = remote.getAddress();
    return new FourTuple().set(high(l), low(l), localPort, high(r), low(r), remotePort);
  }

  /** The upper 64 bits of an address; 0 for IPv4. */
  public static long high(byte[] address) {
    return address.length == 4 ? 0 : word(address, 0, 8);
  }

  /** The lower 64 bits of an address; IPv4 is mapped. */
  public static long low(byte[] address) {
    return address.length == 4 ? mapped(word(address, 0, 4)) : word(address, 8, 8);
  }

  /** The lower 64 bits for an IPv4 address given as an unsigned 32-bit number. */
  public static long mapped(long ipv4) {
    return MAPPED | ipv4;
  }

  private static long word(byte[] bytes, int from, int count) {
    long value = 0;
    for (int i = from; i < from + count; i++) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return value;
  }

  public FourTuple copy() {
    return new FourTuple().set(this);
  }

  public int localPort() {
    return localPort;
  }

  public int remotePort() {
    return remotePort;
  }

  public InetAddress localAddress() {
    return address(localHigh, localLow);
  }

  public InetAddress remoteAddress() {
    return address(remoteHigh, remoteLow);
  }

  private static InetAddress address(long high, long low) {
    boolean four = high == 0 && low >>> 32 == 0xffff;
    byte[] bytes = new byte[four ? 4 : 16];
    for (int i = 0; i < bytes.length; i++) {
      int shift = 8 * (bytes.length - 1 - i);
      bytes[i] = (byte) (shift < 64 ? low >>> shift : high >>> (shift - 64));
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FourTuple that
        && localPort == that.localPort
        && remotePort == that.remotePort
        && remoteLow == that.remoteLow
        && localLow == that.localLow
        && remoteHigh == that.remoteHigh
        && localHigh == that.localHigh;
  }

  @Override
  public int hashCode() {
    long mixed =
        (remoteLow ^ Long.rotateLeft(localLow, 21) ^ Long.rotateLeft(remoteHigh, 42) ^ localHigh)
            * 0x9E3779B97F4A7C15L;
    mixed ^= ((long) localPort << 16 | remotePort) * 0xC2B2AE3D27D4EB4FL;
    return (int) (mixed ^ mixed >>> 32);
  }

  @Override
  public String toString() {
    return localAddress().getHostAddress()
        + ":"
        + localPort
        + " - "
        + remoteAddress().getHostAddress()
        + ":"
        + remotePort;
  }
}
