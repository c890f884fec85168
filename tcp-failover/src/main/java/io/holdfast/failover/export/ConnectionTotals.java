package io.holdfast.failover.export;

import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Endpoint;
import org.jspecify.annotations.Nullable;

/** What was exported of one connection. Written by the export's thread, and read by it. */
public final class ConnectionTotals {
  private final long id;
  private final Endpoint local;
  private final Endpoint remote;
  private final boolean whole;
  private long packets;
  private long received;
  private long sent;
  private long gaps;
  private long missing;
  private @Nullable Cause cause;

  ConnectionTotals(long id, Endpoint local, Endpoint remote, boolean whole) {
    this.id = id;
    this.local = local;
    this.remote = remote;
    this.whole = whole;
  }

  void packet() {
    packets++;
  }

  void bytes(boolean ours, int count) {
    if (ours) {
      sent += count;
    } else {
      received += count;
    }
  }

  void gap(long from, long to) {
    gaps++;
    missing += to - from;
  }

  void closed(Cause because) {
    cause = because;
  }

  /** The log's number of it. */
  public long id() {
    return id;
  }

  /** Our end; reserved for documentation if the connection is not {@link #isWhole whole}. */
  public Endpoint local() {
    return local;
  }

  /** The peer's end, as above. */
  public Endpoint remote() {
    return remote;
  }

  /** Whether the log has its beginning. */
  public boolean isWhole() {
    return whole;
  }

  /** Frames in the capture. */
  public long packets() {
    return packets;
  }

  /** Bytes of the peer's stream in the capture. */
  public long received() {
    return received;
  }

  /** Bytes of ours. */
  public long sent() {
    return sent;
  }

  /** How often bytes of a stream are missing behind the first that is there. */
  public long gaps() {
    return gaps;
  }

  /** How many bytes these gaps have in all. */
  public long missing() {
    return missing;
  }

  /** Why it is over, null while it is open. */
  public @Nullable Cause cause() {
    return cause;
  }
}
