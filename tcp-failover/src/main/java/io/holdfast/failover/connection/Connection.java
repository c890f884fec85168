package io.holdfast.failover.connection;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Opened;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection. Each number is raised in one place only: <em>received</em> and
 * <em>sent</em> when a record is appended, their <em>stable</em> twins when that record is
 * committed. {@link #mayLeave} is the gate's whole rule. Owned by the pipeline; never touched by
 * another thread.
 */
public final class Connection {
  /** TCP flags, RFC 9293 section 3.1. */
  public static final int FIN = 0x01;

  public static final int SYN = 0x02;
  public static final int RST = 0x04;
  public static final int ACK = 0x10;

  /** No descriptor yet. */
  public static final int NONE = -1;

  private static final long LONG_AGO_NANOS = 3_600_000_000_000L;

  private final long id;
  private final FourTuple key;
  private final Opened opened;
  private final long openedAt;
  private final HeldSegments held = new HeldSegments();
  private final OutputQueue output = new OutputQueue();

  private int descriptor = NONE;
  private boolean openStable;
  private long received;
  private long receivedStable;
  private boolean peerClosed;
  private boolean peerClosedStable;
  private long sentStable;
  private boolean closeStable;
  private @Nullable Cause closing;
  private boolean shut;
  private boolean established;
  private boolean broken;
  private boolean departed;
  private boolean restoring;
  private boolean wasRestored;
  private long tsval;
  private long tsvalNanos;
  private long markedAcknowledged;
  private long markedReceived;
  private long markedNanos;
  private long lastReceivedNanos;
  private long lastSentNanos;
  private final long createdNanos;
  private long closingNanos;
  private long creditGiven;
  private boolean waitsForRoom;
  private @Nullable Armed armed;
  private long standInMessages;

  /**
   * A connection whose Opened record was just appended.
   *
   * @param id unique for ever: one more than the position of its Opened record
   * @param openedAt position of that record
   */
  public Connection(long id, FourTuple key, Opened opened, long openedAt, long nowNanos) {
    this.id = id;
    this.key = key;
    this.opened = opened;
    this.openedAt = openedAt;
    this.createdNanos = nowNanos;
    this.lastReceivedNanos = nowNanos;
    this.lastSentNanos = nowNanos;
    this.markedNanos = nowNanos;
    timestamp(opened.ours().tsval(), nowNanos);
  }

  public long id() {
    return id;
  }

  public FourTuple key() {
    return key;
  }

  public Opened opened() {
    return opened;
  }

  public long openedAt() {
    return openedAt;
  }

  public HeldSegments held() {
    return held;
  }

  public OutputQueue output() {
    return output;
  }

  // ---- appended: in the log, not yet stable ----

  /** The peer's bytes were appended; returns the offset of the first. */
  public long received(int bytes, long nowNanos) {
    long offset = received;
    received += bytes;
    lastReceivedNanos = nowNanos;
    return offset;
  }

  public long received() {
    return received;
  }

  public void peerClosed() {
    peerClosed = true;
  }

  public boolean isPeerClosed() {
    return peerClosed;
  }

  /** Behind the last byte of ours that was appended. */
  public long sent() {
    return output.tail();
  }

  public void sentAt(long nowNanos) {
    lastSentNanos = nowNanos;
  }

  /** A Closed record was appended: no output is taken any more. */
  public void closing(Cause cause, long nowNanos) {
    closing = cause;
    armed = null;
    closingNanos = nowNanos;
  }

  public @Nullable Cause closing() {
    return closing;
  }

  public boolean isClosing() {
    return closing != null;
  }

  /**
   * What the log says of a connection that an earlier process owned: all of it is stable, its
   * socket is to be made. The peer may be owed a sign of life, so nothing counts as just sent.
   *
   * @param acknowledged how many bytes of ours the peer is known to have
   */
  public void restored(long receivedBytes, boolean peerEnded, long acknowledged) {
    openStable = true;
    received = receivedBytes;
    receivedStable = receivedBytes;
    peerClosed = peerEnded;
    peerClosedStable = peerEnded;
    output.startAt(acknowledged);
    sentStable = acknowledged;
    markedAcknowledged = acknowledged;
    markedReceived = receivedBytes;
    lastSentNanos = createdNanos - LONG_AGO_NANOS;
    restoring = true;
    wasRestored = true;
  }

  /** Bytes of ours that the log has behind those that the peer is known to have. */
  public void restoredOutput(ByteBuffer bytes, int from, int length) {
    output.add(bytes, from, length);
    sentStable = output.tail();
  }

  // ---- stable ----

  public void openStable() {
    openStable = true;
  }

  public boolean isOpenStable() {
    return openStable;
  }

  public void receivedStable(long offset) {
    receivedStable = offset;
  }

  public long receivedStable() {
    return receivedStable;
  }

  public void peerClosedStable() {
    peerClosedStable = true;
  }

  public void sentStable(long offset) {
    sentStable = offset;
  }

  public long sentStable() {
    return sentStable;
  }

  public void closeStable() {
    closeStable = true;
  }

  public boolean isCloseStable() {
    return closeStable;
  }

  /**
   * Whether a segment of ours may leave the machine.
   *
   * <p>Equality counts: a bare acknowledgment that lands exactly on what is stable may go (the
   * patent's text leaves it out and loses it). RFC 9293 section 3.4 for the arithmetic.
   *
   * @param end sequence number behind its last byte of data
   * @param ack its acknowledgment number
   * @param flags its TCP flags
   */
  public boolean mayLeave(int end, int ack, int flags) {
    if (!openStable) {
      return false;
    }
    if ((flags & RST) != 0) {
      return closeStable;
    }
    if ((flags & FIN) != 0 && !closeStable) {
      return false;
    }
    if ((flags & SYN) == 0 && end - sequence(opened.iss(), sentStable) > (closeStable ? 1 : 0)) {
      return false;
    }
    return (flags & ACK) == 0
        || ack - sequence(opened.irs(), receivedStable + (peerClosedStable ? 1 : 0)) <= 0;
  }

  /** The sequence number of the byte at an offset, given the number of the SYN. */
  private static int sequence(int initial, long offset) {
    return initial + 1 + (int) offset;
  }

  // ---- the socket ----

  public void descriptor(int fd) {
    descriptor = fd;
  }

  /** The socket, or {@link #NONE}. */
  public int descriptor() {
    return descriptor;
  }

  public void shut() {
    shut = true;
  }

  /** Our direction was ended at the socket. */
  public boolean isShut() {
    return shut;
  }

  public void waitsForRoom(boolean waits) {
    waitsForRoom = waits;
  }

  /** The socket took less than there was; it tells when it has room. */
  public boolean waitsForRoom() {
    return waitsForRoom;
  }

  /** The socket is established; its bytes may be asked for. */
  public void established() {
    established = true;
  }

  public boolean isEstablished() {
    return established;
  }

  /** The socket failed: there is nothing to be done with it but to close it. */
  public void broken() {
    broken = true;
  }

  public boolean isBroken() {
    return broken;
  }

  /** It is over and its socket is about to be closed: what may not leave now never will. */
  public void departed() {
    departed = true;
  }

  public boolean isDeparted() {
    return departed;
  }

  /** Its socket is being made anew, from what the log says: until then it has none. */
  public void restoring(boolean is) {
    restoring = is;
  }

  public boolean isRestoring() {
    return restoring;
  }

  /** Whether an earlier process opened it. */
  public boolean wasRestored() {
    return wasRestored;
  }

  /** The socket's timestamp value at a moment; it counts milliseconds from there. */
  public void timestamp(long value, long atNanos) {
    tsval = value;
    tsvalNanos = atNanos;
  }

  /** The socket's timestamp value now (RFC 7323 section 4.1), 0 to 2^32 − 1. */
  public long timestamp(long nowNanos) {
    return tsval + (nowNanos - tsvalNanos) / 1_000_000 & 0xffff_ffffL;
  }

  /** A PROGRESS record was appended. */
  public void marked(long acknowledged, long nowNanos) {
    markedAcknowledged = acknowledged;
    markedReceived = received;
    markedNanos = nowNanos;
  }

  /** What the last PROGRESS record said. */
  public long markedAcknowledged() {
    return markedAcknowledged;
  }

  /** Bytes of the peer when the last PROGRESS record was appended. */
  public long markedReceived() {
    return markedReceived;
  }

  /** When the last PROGRESS record was appended. */
  public long markedNanos() {
    return markedNanos;
  }

  // ---- stand-in and credit ----

  /** We ourselves were not running: that nothing was read says nothing of the peer. */
  public void forgiveSilence(long nowNanos) {
    lastReceivedNanos = nowNanos;
  }

  public void arm(@Nullable Armed armed) {
    this.armed = armed;
  }

  /** What the service registered for the time when it is not there; null: not armed. */
  public @Nullable Armed armed() {
    return armed;
  }

  public void stoodIn() {
    standInMessages++;
  }

  /** Messages sent in the service's name. */
  public long standInMessages() {
    return standInMessages;
  }

  public long lastReceivedNanos() {
    return lastReceivedNanos;
  }

  public long lastSentNanos() {
    return lastSentNanos;
  }

  public long createdNanos() {
    return createdNanos;
  }

  public long closingNanos() {
    return closingNanos;
  }

  /** The offset up to which the speaker was last allowed to send. */
  public long creditGiven() {
    return creditGiven;
  }

  public void creditGiven(long offset) {
    creditGiven = offset;
  }
}
