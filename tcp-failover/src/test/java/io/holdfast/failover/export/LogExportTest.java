package io.holdfast.failover.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.failover.packet.Checksums;
import io.holdfast.failover.packet.IpFlyweight;
import io.holdfast.failover.packet.TcpFlyweight;
import io.holdfast.failover.packet.TcpOptionsFlyweight;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.RecordFormatException;
import io.holdfast.failover.records.Sent;
import io.holdfast.failover.records.TcpOptions;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogExportTest {
  private static final long ID = 7;
  private static final long START = 1_700_000_000_000_000L;
  private static final TcpOptions LINUX = new TcpOptions(1_460, 7, true, true, 1_000);
  private static final TcpOptions PEER = new TcpOptions(1_000, 9, true, true, 0xffff_ff00L);

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
  private final RecordFlyweight record = new RecordFlyweight();
  private final FirstOffsets first = new FirstOffsets();
  private final LogExport export;
  private boolean surveys;
  private long position;

  LogExportTest() throws IOException {
    export = new LogExport(file, id -> id < 100, 179, first);
  }

  /** A segment as it stands in the file. */
  private record Segment(
      long micros,
      boolean ours,
      int flags,
      int sequence,
      int ack,
      byte[] data,
      int mss,
      int scale,
      boolean timestamps,
      long tsVal,
      long tsEcr) {
    boolean has(int wanted) {
      return (flags & wanted) == wanted;
    }
  }

  // --- composing records ---

  private void take(RecordKind kind, long millis, long stream, long offset, int length)
      throws IOException {
    record.wrap(buffer, 0).header(kind, 1, START + millis * 1_000, stream, offset, length).seal();
    if (surveys) {
      first.take(position, record);
    } else {
      export.take(position, record);
    }
    position += record.length();
  }

  private static Endpoint end(String address, int port) {
    try {
      return new Endpoint(InetAddress.getByName(address), 0, port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Opened opened(boolean active, int iss, int irs, TcpOptions theirs) {
    return new Opened(
        "bgp", end("10.77.0.2", 179), end("10.77.0.1", 40_000), active, 0, iss, irs, LINUX, theirs);
  }

  private void open(Opened opened) throws IOException {
    take(RecordKind.OPENED, 0, ID, 0, opened.encode(buffer, RecordFlyweight.HEADER_LENGTH));
  }

  private void received(long millis, long offset, byte[] bytes) throws IOException {
    buffer.put(RecordFlyweight.HEADER_LENGTH, bytes);
    take(RecordKind.RECEIVED, millis, ID, offset, bytes.length);
  }

  private void sent(long millis, long offset, byte[] bytes) throws IOException {
    Sent sent =
        new Sent(
            1,
            1,
            false,
            false,
            List.of(new Sent.Target(ID, offset), new Sent.Target(500, 3)),
            bytes);
    int length = sent.encode(buffer, RecordFlyweight.HEADER_LENGTH);
    take(RecordKind.SENT, millis, ID, offset, length);
  }

  private void peerClosed(long millis, long offset) throws IOException {
    take(RecordKind.PEER_CLOSED, millis, ID, offset, 0);
  }

  private void closed(long millis, Cause cause) throws IOException {
    int length = new Closed(cause, "").encode(buffer, RecordFlyweight.HEADER_LENGTH);
    take(RecordKind.CLOSED, millis, ID, 0, length);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    return bytes;
  }

  // --- reading the file ---

  private List<Segment> segments() {
    ByteBuffer in = ByteBuffer.wrap(file.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt()).isEqualTo(0xa1b2c3d4);
    in.position(20);
    assertThat(in.getInt()).as("link type: Ethernet").isOne();
    List<Segment> segments = new ArrayList<>();
    while (in.hasRemaining()) {
      long micros = in.getInt() * 1_000_000L + in.getInt();
      int length = in.getInt();
      assertThat(in.getInt()).isEqualTo(length);
      byte[] frame = new byte[length];
      in.get(frame);
      segments.add(segment(micros, ByteBuffer.wrap(frame)));
    }
    return segments;
  }

  /** Every frame is whole and its checksums are right. */
  private static Segment segment(long micros, ByteBuffer frame) {
    int at = 14;
    int length = frame.limit() - at;
    IpFlyweight ip = new IpFlyweight();
    assertThat(ip.wrap(frame, at, length, length)).isTrue();
    assertThat(ip.totalLength()).isEqualTo(length);
    assertThat(Short.toUnsignedInt(frame.getShort(12)))
        .isEqualTo(ip.version() == 4 ? 0x0800 : 0x86dd);
    if (ip.version() == 4) {
      assertThat(Checksums.ipv4Header(frame, at, 20)).isZero();
    }
    assertThat(Checksums.tcp(frame, at, ip)).isZero();
    TcpFlyweight tcp = new TcpFlyweight();
    assertThat(tcp.wrap(frame, at, length, ip)).isTrue();
    TcpOptionsFlyweight options = new TcpOptionsFlyweight().wrap(frame, tcp);
    byte[] data = new byte[tcp.payloadLength()];
    frame.get(tcp.index() + tcp.headerLength(), data);
    return new Segment(
        micros,
        tcp.sourcePort() == 179,
        tcp.flags(),
        tcp.sequence(),
        tcp.ackNumber(),
        data,
        options.mss(),
        options.windowScale(),
        options.timestamps(),
        options.tsVal() & 0xffff_ffffL,
        options.tsEcr() & 0xffff_ffffL);
  }

  private static byte[] stream(List<Segment> segments, boolean ours) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    segments.stream().filter(s -> s.ours() == ours).forEach(s -> stream.writeBytes(s.data()));
    return stream.toByteArray();
  }

  // --- the tests ---

  @Test
  void aConnectionThatThePeerOpenedBeginsWithItsSynAndTheOptionsOfBoth() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));

    List<Segment> all = segments();

    assertThat(all).hasSize(3);
    Segment syn = all.get(0);
    assertThat(syn.ours()).isFalse();
    assertThat(syn.flags()).isEqualTo(TcpFlyweight.SYN);
    assertThat(syn.sequence()).isEqualTo(9_000);
    assertThat(syn.mss()).isEqualTo(1_000);
    assertThat(syn.scale()).isEqualTo(9);
    assertThat(syn.tsVal()).isEqualTo(0xffff_ff00L);
    Segment answer = all.get(1);
    assertThat(answer.ours()).isTrue();
    assertThat(answer.flags()).isEqualTo(TcpFlyweight.SYN | TcpFlyweight.ACK);
    assertThat(answer.sequence()).isEqualTo(5_000);
    assertThat(answer.ack()).isEqualTo(9_001);
    assertThat(answer.mss()).isEqualTo(1_460);
    assertThat(answer.tsEcr()).isEqualTo(0xffff_ff00L);
    Segment last = all.get(2);
    assertThat(last.ours()).isFalse();
    assertThat(last.flags()).isEqualTo(TcpFlyweight.ACK);
    assertThat(last.sequence()).isEqualTo(9_001);
    assertThat(last.ack()).isEqualTo(5_001);
    assertThat(all).allMatch(s -> s.micros() == START);
  }

  @Test
  void aConnectionThatWeOpenedBeginsWithOurSyn() throws IOException {
    open(opened(true, 5_000, 9_000, PEER));

    assertThat(segments().stream().map(Segment::ours)).containsExactly(true, false, true);
    assertThat(segments().getFirst().sequence()).isEqualTo(5_000);
  }

  @Test
  void bothStreamsAreThereByteForByteInSegmentsThatTheReceiverCanTake() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    received(10, 0, bytes(10_000));
    sent(20, 0, bytes(7_000));
    received(30, 10_000, bytes(19));

    List<Segment> all = segments();

    assertThat(stream(all, false)).startsWith(bytes(10_000)).hasSize(10_019);
    assertThat(stream(all, true)).isEqualTo(bytes(7_000));
    // The MSS that the other offered, less the timestamps.
    assertThat(all.stream().filter(Segment::ours).mapToInt(s -> s.data().length).max())
        .hasValue(1_000 - 12);
    assertThat(all.stream().filter(s -> !s.ours()).mapToInt(s -> s.data().length).max())
        .hasValue(1_460 - 12);
    Segment end = all.getLast();
    assertThat(end.sequence()).isEqualTo(9_001 + 10_000);
    assertThat(end.ack()).isEqualTo(5_001 + 7_000);
    assertThat(end.has(TcpFlyweight.PSH)).isTrue();
    ConnectionTotals totals = export.connections().getFirst();
    assertThat(export.connections()).as("a target that is not wanted is left out").hasSize(1);
    assertThat(totals.received()).isEqualTo(10_019);
    assertThat(totals.sent()).isEqualTo(7_000);
    assertThat(totals.packets()).isEqualTo(all.size());
  }

  @Test
  void nothingIsAcknowledgedThatWasNotThereBeforeAndNothingLeftUnacknowledgedForLong()
      throws IOException {
    open(opened(false, -3_000, -50_000, PEER));
    for (int i = 0; i < 50; i++) {
      received(i, i * 5_000L, bytes(5_000));
      sent(i, i * 700L, bytes(700));
    }

    long[] end = {0, 0}; // the peer's stream, ours
    long[] confirmed = {0, 0};
    for (Segment s : segments().subList(3, segments().size())) {
      int who = s.ours() ? 1 : 0;
      int initial = s.ours() ? -3_000 : -50_000;
      int other = s.ours() ? -50_000 : -3_000;
      assertThat(s.sequence()).isEqualTo(initial + 1 + (int) end[who]);
      end[who] += s.data().length;
      assertThat(s.ack()).isEqualTo(other + 1 + (int) end[1 - who]);
      confirmed[1 - who] = end[1 - who];
      assertThat(end[who] - confirmed[who]).isLessThan(65_536);
    }
    assertThat(end).containsExactly(250_000, 35_000);
  }

  @Test
  void everySecondFullSegmentIsAcknowledged() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    received(1, 0, bytes(100_000));

    List<Segment> all = segments();

    assertThat(mostInFlight(all)).isEqualTo(2 * (1_460 - 12));
    assertThat(all.stream().filter(s -> s.ours() && s.data().length == 0).count())
        .isEqualTo(1 + 100_000 / (2 * (1_460 - 12)));
  }

  /** Bytes that were on their way in one direction at a time. */
  private static int mostInFlight(List<Segment> segments) {
    int most = 0;
    int[] next = new int[2];
    for (Segment s : segments) {
      next[s.ours() ? 1 : 0] = s.sequence() + s.data().length;
      for (boolean ours : new boolean[] {false, true}) {
        int acknowledged =
            segments.subList(0, segments.indexOf(s) + 1).stream()
                .filter(other -> other.ours() != ours && other.has(TcpFlyweight.ACK))
                .mapToInt(Segment::ack)
                .reduce((a, b) -> b)
                .orElse(next[ours ? 1 : 0]);
        most = Math.max(most, next[ours ? 1 : 0] - acknowledged);
      }
    }
    return most;
  }

  @Test
  void aConnectionThatIsLoggedAsOpenedOnceMoreGoesOn() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    received(1, 0, bytes(100));
    open(opened(false, 5_000, 9_000, PEER));
    received(2, 100, bytes(100));
    closed(3, Cause.LOCAL_ABORT);
    open(opened(false, 5_000, 9_000, PEER));

    assertThat(segments().stream().filter(s -> s.has(TcpFlyweight.SYN))).hasSize(2);
    assertThat(export.connections()).hasSize(1);
    assertThat(export.connections().getFirst().received()).isEqualTo(200);
  }

  @Test
  void timestampsRunWithTheRecordsAndNeverFall() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    received(1_000, 0, bytes(100));
    sent(2_500, 0, bytes(100));
    sent(1_200, 100, bytes(100)); // the wall clock was set back
    received(4_000, 100, bytes(100));

    List<Segment> all = segments();

    assertThat(all).allMatch(Segment::timestamps);
    assertThat(all.stream().filter(Segment::ours).map(Segment::tsVal))
        .containsExactly(1_000L, 3_500L, 3_500L);
    // From 2^32 - 256: it wraps.
    assertThat(all.getLast().tsVal()).isEqualTo(4_000 - 256);
    assertThat(all.getLast().tsEcr()).isEqualTo(3_500);
    assertThat(all.getLast().micros()).isEqualTo(START + 4_000_000);
  }

  @Test
  void withoutOptionsOfThePeerThereAreNoTimestampsAndSmallSegments() throws IOException {
    open(opened(false, 5_000, 9_000, TcpOptions.NONE));
    sent(1, 0, bytes(2_000));

    List<Segment> all = segments();

    assertThat(all.get(0).mss()).isZero();
    assertThat(all.get(0).scale()).isEqualTo(-1);
    assertThat(all.subList(2, all.size())).noneMatch(Segment::timestamps);
    assertThat(all.stream().mapToInt(s -> s.data().length).max()).hasValue(536);
  }

  @Test
  void aFinOfThePeerIsAcknowledgedAndOursFollows() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    received(1, 0, bytes(50));
    peerClosed(2, 50);
    closed(3, Cause.LOCAL_CLOSE);

    List<Segment> all = segments().subList(4, segments().size());

    assertThat(all).hasSize(3);
    assertThat(all.get(0).ours()).isFalse();
    assertThat(all.get(0).has(TcpFlyweight.FIN)).isTrue();
    assertThat(all.get(0).sequence()).isEqualTo(9_051);
    assertThat(all.get(1).ack()).isEqualTo(9_052);
    assertThat(all.get(2).has(TcpFlyweight.FIN)).isTrue();
    assertThat(all.get(2).ours()).isTrue();
  }

  @Test
  void whatThePeerSaysBehindOurFinIsStillThere() throws IOException {
    open(opened(true, 5_000, 9_000, PEER));
    sent(1, 0, bytes(21));
    closed(2, Cause.STAND_IN_LIMIT);
    received(3, 0, bytes(50));
    peerClosed(4, 50);

    List<Segment> all = segments();

    assertThat(stream(all, false)).isEqualTo(bytes(50));
    assertThat(all.getLast().sequence()).as("behind our FIN").isEqualTo(5_001 + 21 + 1);
    assertThat(all.getLast().ack()).isEqualTo(9_001 + 50 + 1);
  }

  @ParameterizedTest
  @EnumSource(Cause.class)
  void eachCauseHasItsEnd(Cause cause) throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    closed(1, cause);
    received(2, 0, bytes(5));

    List<Segment> all = segments();
    Segment end = all.get(3);

    switch (cause) {
      case LOCAL_CLOSE, STAND_IN_LIMIT, SILENCE -> {
        assertThat(end.has(TcpFlyweight.FIN)).isTrue();
        assertThat(end.ours()).isTrue();
      }
      case PEER_RESET -> {
        assertThat(end.has(TcpFlyweight.RST)).isTrue();
        assertThat(end.ours()).isFalse();
        assertThat(all).as("nothing follows a RST").hasSize(4);
      }
      case LOCAL_ABORT, TIMED_OUT, HANDSHAKE_ABANDONED, OWNER_LOST -> {
        assertThat(end.has(TcpFlyweight.RST)).isTrue();
        assertThat(end.ours()).isTrue();
        assertThat(all).hasSize(4);
      }
    }
    assertThat(export.connections().getFirst().cause()).isEqualTo(cause);
  }

  @Test
  void aConnectionWhoseBeginningWasTrimmedIsExportedFromWhatIsThere() throws IOException {
    for (boolean survey : new boolean[] {true, false}) {
      surveys = survey;
      received(1, 900_000, bytes(100));
      sent(2, 800_000, bytes(40));
      received(3, 900_100, bytes(60));
    }

    List<Segment> all = segments();

    assertThat(all).hasSize(3).noneMatch(s -> s.has(TcpFlyweight.SYN));
    assertThat(stream(all, false)).startsWith(bytes(100)).hasSize(160);
    assertThat(all.get(0).ack()).isEqualTo(800_001);
    assertThat(all.get(1).ack()).isEqualTo(900_101);
    assertThat(all.get(2).ack()).isEqualTo(800_041);
    ConnectionTotals totals = export.connections().getFirst();
    assertThat(totals.isWhole()).isFalse();
    assertThat(totals.gaps()).isZero();
    assertThat(totals.local()).hasToString("192.0.2.1:179");
  }

  @Test
  void aGapStaysAGapAndWhatIsLoggedTwiceIsExportedOnce() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    received(1, 0, bytes(100));
    received(2, 150, bytes(50));
    received(3, 150, bytes(80));

    List<Segment> all = segments();

    assertThat(all.get(4).sequence()).isEqualTo(9_001 + 150);
    assertThat(all.get(5).sequence()).isEqualTo(9_001 + 200);
    assertThat(all.get(5).data()).hasSize(30);
    assertThat(export.connections().getFirst().gaps()).isOne();
    assertThat(export.connections().getFirst().missing()).isEqualTo(50);
  }

  @Test
  void sequenceNumbersWrapAndIpv6HasItsChecksums() throws IOException {
    TcpOptions jumbo = new TcpOptions(65_535, -1, false, false, 0);
    open(
        new Opened(
            "bgp",
            end("fd77::2", 179),
            end("fd77::1", 40_000),
            true,
            1,
            -10,
            Integer.MAX_VALUE - 10,
            jumbo,
            jumbo));
    sent(1, 0, bytes(200_001));
    received(2, 0, bytes(66_000));

    List<Segment> all = segments();

    assertThat(stream(all, true)).isEqualTo(bytes(200_001));
    assertThat(mostInFlight(all)).as("the window has no scale").isLessThan(65_536);
    assertThat(all.stream().mapToInt(s -> s.data().length).max()).hasValue(65_000);
    assertThat(all.getLast().ack()).isEqualTo(200_001 - 9);
    assertThat(all.stream().filter(s -> s.ours() && s.data().length > 0).map(Segment::sequence))
        .startsWith(-9, 64_991);
  }

  @Test
  void streamsBeyondFourGigabytesKeepTheirNumbers() throws IOException {
    open(opened(false, 5_000, 9_000, PEER));
    long far = 5L << 32;
    received(1, far, bytes(100));

    assertThat(segments().getLast().sequence()).isEqualTo(9_001);
    assertThat(export.connections().getFirst().missing()).isEqualTo(far);
  }

  @Test
  void aRecordOfANewerVersionIsRefused() throws IOException {
    record.wrap(buffer, 0).header(RecordKind.RECEIVED, 2, START, ID, 0, 5).seal();
    assertThatThrownBy(() -> export.take(0, record))
        .isInstanceOf(RecordFormatException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void aLongStreamNeedsNoMoreMemoryThanAShortOne() throws IOException {
    long[] written = {0};
    LogExport long1 =
        new LogExport(
            new OutputStream() {
              @Override
              public void write(int b) {
                written[0]++;
              }

              @Override
              public void write(byte[] b, int from, int length) {
                written[0] += length;
              }
            },
            id -> true,
            179,
            first);
    int length = opened(false, 1, 2, PEER).encode(buffer, RecordFlyweight.HEADER_LENGTH);
    record.wrap(buffer, 0).header(RecordKind.OPENED, 1, START, ID, 0, length).seal();
    long1.take(0, record);
    record.wrap(buffer, 0).header(RecordKind.RECEIVED, 1, START, ID, 0, 500_000);
    long before = allocated();
    LongStream.range(0, 1_000)
        .forEach(
            i -> {
              buffer.putLong(RecordFlyweight.STREAM_POSITION_OFFSET, i * 500_000);
              try {
                long1.take(i, record);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(written[0]).isGreaterThan(500_000_000L);
    assertThat(allocated() - before).as("bytes for half a gigabyte").isLessThan(1 << 20);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
