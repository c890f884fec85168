package io.holdfast.failover.export;

import io.holdfast.failover.packet.SerialNumbers;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.TcpOptions;

/** One end of an exported connection: what it has sent, and what of the other it has confirmed. */
final class ConnectionEnd {
  private final byte[] address;
  private final int port;
  private final byte[] linkAddress;
  private final int initial;
  private final TcpOptions options;

  private long next;
  private boolean opened;

  private boolean finished;
  private long acknowledged;
  private long clock;

  /**
   * @param initial the sequence number of its SYN
   * @param options what its SYN offers
   * @param opened whether its SYN was before the capture
   * @param next the offset of its first byte in the capture
   */
  ConnectionEnd(
      Endpoint at, boolean ours, int initial, TcpOptions options, boolean opened, long next) {
    this.address = at.address().getAddress();
    this.port = at.port();
    // Locally administered addresses (IEEE 802), the machine's and the peer's.
    this.linkAddress = new byte[] {2, 0, 0, 0, 0, (byte) (ours ? 1 : 2)};
    this.initial = initial;
    this.options = options;
    this.next = next;
    this.clock = options.tsval();
    this.opened = opened;
  }

  byte[] address() {
    return address;
  }

  int port() {
    return port;
  }

  byte[] linkAddress() {
    return linkAddress;
  }

  TcpOptions options() {
    return options;
  }

  /** The sequence number of what it sends next. */
  int sequence() {
    return opened ? SerialNumbers.sequence(end(), initial) : initial;
  }

  /** The offset behind all that it has sent, in sequence space: a FIN counts. */
  long end() {
    return next + (finished ? 1 : 0);
  }

  /** Its SYN was sent. */
  void opened() {
    opened = true;
  }

  /** The offset that it sends next. */
  long next() {
    return next;
  }

  /** It goes on from an offset: after data, or over a gap. */
  void next(long offset) {
    next = offset;
  }

  boolean isFinished() {
    return finished;
  }

  /** It has sent its FIN. */
  void finished() {
    finished = true;
  }

  /** What it has acknowledged of the other end, as that end's {@link #end}. */
  long acknowledged() {
    return acknowledged;
  }

  void acknowledged(long offset) {
    acknowledged = offset;
  }

  /** Its timestamp clock, which never falls. */
  int clock() {
    return (int) clock;
  }

  /** Lets so many milliseconds have passed since its SYN. */
  void elapsed(long millis) {
    clock = Math.max(clock, options.tsval() + millis);
  }
}
