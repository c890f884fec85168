package io.holdfast.failover.export;

import static io.holdfast.failover.packet.TcpFlyweight.ACK;
import static io.holdfast.failover.packet.TcpFlyweight.FIN;
import static io.holdfast.failover.packet.TcpFlyweight.PSH;
import static io.holdfast.failover.packet.TcpFlyweight.RST;
import static io.holdfast.failover.packet.TcpFlyweight.SYN;

import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Opened;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One connection on its way from records to frames: sequence and acknowledgment numbers, clocks,
 * how data is cut. Owned by the export's thread.
 */
final class ExportedConnection {
  /** Where to. */
  interface Frames {
    void frame(long micros, SegmentFrame frame) throws IOException;
  }

  /** As it stands in the header of every segment; with a scale it means more. */
  private static final int WINDOW = 0xffff;

  /** Where a SYN offers no MSS (RFC 9293 section 3.7.1). */
  private static final int DEFAULT_MSS_IPV4 = 536;

  private static final int DEFAULT_MSS_IPV6 = 1_220;

  /** Data that is smaller than this no stack sends, whatever MSS it was offered. */
  private static final int SMALLEST_SEGMENT = 36;

  private static final int TIMESTAMPS_LENGTH = 12;

  private final Frames out;
  private final SegmentFrame frame;
  private final ConnectionEnd ours;
  private final ConnectionEnd theirs;
  private final boolean active;
  private final boolean timestamps;
  private final long openedMicros;
  private final ConnectionTotals totals;
  private boolean over;

  /**
   * @param whole whether the log has its beginning; if not, what {@code opened} says is made up
   * @param first where its streams begin, if not whole
   * @param micros the time of its first record
   */
  ExportedConnection(
      long id,
      Opened opened,
      boolean whole,
      FirstOffsets first,
      long micros,
      SegmentFrame frame,
      Frames out) {
    long sent = whole ? 0 : first.sent(id);
    long received = whole ? 0 : first.received(id);
    this.ours = new ConnectionEnd(opened.local(), true, opened.iss(), opened.ours(), !whole, sent);
    this.theirs =
        new ConnectionEnd(opened.remote(), false, opened.irs(), opened.theirs(), !whole, received);
    this.ours.acknowledged(received);
    this.theirs.acknowledged(sent);
    this.active = opened.active();
    this.timestamps = whole && opened.ours().timestamps() && opened.theirs().timestamps();
    this.openedMicros = micros;
    this.frame = frame;
    this.out = out;
    this.totals = new ConnectionTotals(id, opened.local(), opened.remote(), whole);
  }

  ConnectionTotals totals() {
    return totals;
  }

  /** The three segments of the handshake (RFC 9293 section 3.5). */
  void handshake(long micros) throws IOException {
    ConnectionEnd client = active ? ours : theirs;
    ConnectionEnd server = active ? theirs : ours;
    frame.begin(client, server, SYN, WINDOW).options(client.options(), 0);
    emit(micros);
    client.opened();
    frame.begin(server, client, SYN | ACK, WINDOW).options(server.options(), client.clock());
    emit(micros);
    server.opened();
    acknowledge(client, server, micros);
  }

  /** Data of the peer. */
  void received(long offset, ByteBuffer from, int at, int length, long micros) throws IOException {
    data(theirs, ours, offset, from, at, length, micros);
  }

  /** Data of ours. */
  void sent(long offset, ByteBuffer from, int at, int length, long micros) throws IOException {
    data(ours, theirs, offset, from, at, length, micros);
  }

  private void data(
      ConnectionEnd source,
      ConnectionEnd sink,
      long offset,
      ByteBuffer from,
      int at,
      int length,
      long micros)
      throws IOException {
    if (over || length == 0) {
      return;
    }
    if (offset > source.next()) {
      totals.gap(source.next(), offset);
      source.next(offset);
      sink.acknowledged(offset);
    }
    int done = (int) Math.min(length, source.next() - offset); // exported before
    int most = segmentLength(sink);
    while (done < length) {
      int now = Math.min(most, length - done);
      if (unacknowledged(source, sink) + now >= WINDOW) {
        acknowledge(sink, source, micros);
      }
      int flags = done + now == length ? ACK | PSH : ACK;
      begin(source, sink, flags, micros).payload(from, at + done, now);
      emit(micros);
      source.next(source.next() + now);
      source.acknowledged(sink.end());
      totals.bytes(source == ours, now);
      done += now;
      if (unacknowledged(source, sink) >= 2L * most) {
        acknowledge(sink, source, micros);
      }
    }
  }

  private static long unacknowledged(ConnectionEnd source, ConnectionEnd sink) {
    return source.end() - sink.acknowledged();
  }

  /** Bytes of data that a segment towards an end carries at most. */
  private int segmentLength(ConnectionEnd sink) {
    int mss = sink.options().mss();
    if (mss == 0) {
      mss = sink.address().length == 4 ? DEFAULT_MSS_IPV4 : DEFAULT_MSS_IPV6;
    }
    int room = mss - (timestamps ? TIMESTAMPS_LENGTH : 0);
    return Math.clamp(room, SMALLEST_SEGMENT, SegmentFrame.longestPayload());
  }

  /** The peer's FIN, and our acknowledgment of it. */
  void peerClosed(long micros) throws IOException {
    if (!over && !theirs.isFinished()) {
      finish(theirs, ours, micros);
      acknowledge(ours, theirs, micros);
    }
  }

  /** How it ended. */
  void closed(Cause cause, long micros) throws IOException {
    if (over) {
      return;
    }
    totals.closed(cause);
    switch (cause) {
      case LOCAL_CLOSE, STAND_IN_LIMIT, SILENCE -> {
        if (!ours.isFinished()) {
          finish(ours, theirs, micros);
        }
      }
      case PEER_RESET -> reset(theirs, ours, micros);
      case LOCAL_ABORT, TIMED_OUT, HANDSHAKE_ABANDONED, OWNER_LOST -> reset(ours, theirs, micros);
    }
  }

  private void finish(ConnectionEnd source, ConnectionEnd sink, long micros) throws IOException {
    begin(source, sink, FIN | ACK, micros);
    emit(micros);
    source.finished();
    source.acknowledged(sink.end());
  }

  private void reset(ConnectionEnd source, ConnectionEnd sink, long micros) throws IOException {
    begin(source, sink, RST | ACK, micros);
    emit(micros);
    over = true;
  }

  /** A segment without data, {@code by} one end, of all that {@code of} the other was sent. */
  private void acknowledge(ConnectionEnd by, ConnectionEnd of, long micros) throws IOException {
    begin(by, of, ACK, micros);
    emit(micros);
    by.acknowledged(of.end());
  }

  private SegmentFrame begin(ConnectionEnd source, ConnectionEnd sink, int flags, long micros) {
    frame.begin(source, sink, flags, WINDOW);
    if (timestamps) {
      source.elapsed((micros - openedMicros) / 1_000);
      frame.timestamps(source.clock(), sink.clock());
    }
    return frame;
  }

  private void emit(long micros) throws IOException {
    frame.finish();
    out.frame(micros, frame);
    totals.packet();
  }

  /** Whether nothing more can come of it. */
  boolean isOver() {
    return over || (ours.isFinished() && theirs.isFinished());
  }
}
