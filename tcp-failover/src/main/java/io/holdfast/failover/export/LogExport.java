package io.holdfast.failover.export;

import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.RecordDescriptions;
import io.holdfast.failover.records.RecordFormatException;
import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.failover.records.TcpOptions;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;

/**
 * Makes a packet capture of the records that it is given, in the order of the log. Owned by one
 * thread.
 *
 * <pre>{@code
 * LogExport export = new LogExport(out, id -> id == 7, 179, new FirstOffsets());
 * while (log.next()) {
 *   export.take(log.position(), log.record());
 * }
 * show(export.connections());
 * }</pre>
 *
 * <p>If the log was trimmed, {@link FirstOffsets} is given all records before.
 */
public final class LogExport {
  /** RFC 5737: for connections whose end points nobody knows any more. */
  private static final byte[] UNKNOWN_LOCAL = {(byte) 192, 0, 2, 1};

  private static final byte[] UNKNOWN_REMOTE = {(byte) 192, 0, 2, 2};

  /** RFC 6335 section 6: ports that are nobody's. */
  private static final int FIRST_DYNAMIC_PORT = 49_152;

  private static final int DYNAMIC_PORTS = 16_384;

  /** What Ethernet leaves room for. */
  private static final TcpOptions UNKNOWN_OPTIONS = new TcpOptions(1_460, -1, false, false, 0);

  private final PcapWriter pcap;
  private final LongPredicate wanted;
  private final int unknownPort;
  private final FirstOffsets first;
  private final SegmentFrame frame = new SegmentFrame();
  private final SentFlyweight sent = new SentFlyweight();
  private final Long2ObjectHashMap<ExportedConnection> open = new Long2ObjectHashMap<>();
  private final LongHashSet over = new LongHashSet();
  private final List<ConnectionTotals> totals = new ArrayList<>();

  /**
   * Begins a capture.
   *
   * @param out gets the file; flushed and closed by the caller
   * @param wanted which connections, by their id
   * @param unknownPort the local port of connections whose beginning is not in the log: that of the
   *     service, so that an analyser knows the protocol
   * @param first where the streams of those connections begin
   */
  public LogExport(OutputStream out, LongPredicate wanted, int unknownPort, FirstOffsets first)
      throws IOException {
    this.pcap = new PcapWriter(out);
    this.wanted = wanted;
    this.unknownPort = unknownPort;
    this.first = first;
  }

  /**
   * The next record of the log.
   *
   * @throws RecordFormatException if it cannot be read, or is of a newer version
   * @throws IOException if the capture cannot be written
   */
  public void take(long position, RecordFlyweight record) throws IOException {
    RecordKind kind = RecordKind.of(record.kindCode());
    if (kind == null) {
      return;
    }
    switch (kind) {
      case OPENED -> opened(position, record);
      case RECEIVED -> received(position, record);
      case SENT -> sent(position, record);
      case PEER_CLOSED -> peerClosed(record);
      case CLOSED -> closed(position, record);
      case REGISTERED, ARMED, PROGRESS, NOTED, CHECKPOINT, ATTACHED, QUARANTINED -> {
        // nothing that was on the wire
      }
    }
  }

  private void opened(long position, RecordFlyweight record) throws IOException {
    long id = record.stream();
    if (!wanted.test(id) || open.containsKey(id) || over.contains(id)) {
      return;
    }
    Opened opened = Opened.decode(record, position);
    if (addressLength(opened.local()) != addressLength(opened.remote())) {
      throw new RecordFormatException(
          "OPENED record at " + position + ": end points of two families");
    }
    begin(id, opened, true, record.timeMicros()).handshake(record.timeMicros());
  }

  private void received(long position, RecordFlyweight record) throws IOException {
    long id = record.stream();
    if (wanted.test(id) && !over.contains(id)) {
      check(position, record, record.offset());
      connection(id, record)
          .received(
              record.offset(),
              record.buffer(),
              record.payloadIndex(),
              record.payloadLength(),
              record.timeMicros());
    }
  }

  private void sent(long position, RecordFlyweight record) throws IOException {
    sent.wrap(record, position);
    for (int i = 0; i < sent.count(); i++) {
      long id = sent.connection(i);
      if (wanted.test(id) && !over.contains(id)) {
        check(position, record, sent.offset(i));
        connection(id, record)
            .sent(
                sent.offset(i),
                sent.buffer(),
                sent.bytesIndex(),
                sent.bytesLength(),
                record.timeMicros());
      }
    }
  }

  private void peerClosed(RecordFlyweight record) throws IOException {
    long id = record.stream();
    if (wanted.test(id) && !over.contains(id)) {
      ExportedConnection connection = connection(id, record);
      connection.peerClosed(record.timeMicros());
      dropIfOver(id, connection);
    }
  }

  private void closed(long position, RecordFlyweight record) throws IOException {
    long id = record.stream();
    if (wanted.test(id) && !over.contains(id)) {
      Closed closed = Closed.decode(record, position);
      ExportedConnection connection = connection(id, record);
      connection.closed(closed.cause(), record.timeMicros());
      dropIfOver(id, connection);
    }
  }

  private static void check(long position, RecordFlyweight record, long offset) {
    int version = record.version();
    if (version < 1 || version > RecordDescriptions.VERSION || offset < 0) {
      throw new RecordFormatException(
          RecordKind.of(record.kindCode())
              + " record at "
              + position
              + ": version "
              + version
              + ", offset "
              + offset);
    }
  }

  private ExportedConnection connection(long id, RecordFlyweight record) {
    ExportedConnection known = open.get(id);
    return known == null ? begin(id, unknown(id), false, record.timeMicros()) : known;
  }

  private ExportedConnection begin(long id, Opened opened, boolean whole, long micros) {
    ExportedConnection connection =
        new ExportedConnection(id, opened, whole, first, micros, frame, this::write);
    open.put(id, connection);
    totals.add(connection.totals());
    return connection;
  }

  private void write(long micros, SegmentFrame segment) throws IOException {
    pcap.frame(micros, segment.buffer(), segment.length());
  }

  private void dropIfOver(long id, ExportedConnection connection) {
    if (connection.isOver()) {
      open.remove(id);
      over.add(id);
    }
  }

  private Opened unknown(long id) {
    int port = FIRST_DYNAMIC_PORT + (int) Math.floorMod(id, (long) DYNAMIC_PORTS);
    return new Opened(
        "",
        new Endpoint(address(UNKNOWN_LOCAL), 0, unknownPort),
        new Endpoint(address(UNKNOWN_REMOTE), 0, port),
        false,
        0,
        0,
        0,
        UNKNOWN_OPTIONS,
        UNKNOWN_OPTIONS);
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static int addressLength(Endpoint end) {
    return end.address().getAddress().length;
  }

  /** What was exported so far, by connection, in the order in which they began. */
  public List<ConnectionTotals> connections() {
    return List.copyOf(totals);
  }
}
