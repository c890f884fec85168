package io.holdfast.lab.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.failover.export.FirstOffsets;
import io.holdfast.failover.export.LogExport;
import io.holdfast.failover.records.Cause;
import io.holdfast.failover.records.Closed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.Opened;
import io.holdfast.failover.records.Sent;
import io.holdfast.failover.records.TcpOptions;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.TcpPacket;

/** Records composed by hand, exported, and read by pcap4j and by Wireshark's dissectors. */
class ExportedCaptureTest {
  private static final long START = 1_700_000_000_000_000L;
  private static final byte[] MARKER = HexFormat.of().parseHex("ff".repeat(16));

  @TempDir Path folder;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
  private final FirstOffsets first = new FirstOffsets();
  private final RecordFlyweight record = new RecordFlyweight();
  private long position;

  // --- BGP, RFC 4271 section 4 ---

  private static byte[] message(int type, String body) {
    byte[] bytes = HexFormat.of().parseHex(body.replace(" ", ""));
    ByteBuffer message = ByteBuffer.allocate(19 + bytes.length);
    message.put(MARKER).putShort((short) (19 + bytes.length)).put((byte) type).put(bytes);
    return message.array();
  }

  private static byte[] open() {
    // version 4, AS 65001, hold time 9, identifier; capabilities: route refresh, 4-octet AS
    return message(1, "04 fde9 0009 0a4d0001 0a 02 08 02 00 41 04 0000fde9");
  }

  private static byte[] keepalive() {
    return message(4, "");
  }

  /** ORIGIN, AS_PATH of one 4-octet AS, NEXT_HOP; so many /24. */
  private static byte[] update(int prefixes) {
    StringBuilder body = new StringBuilder("0000 0014");
    body.append("400101 00 400206 02 01 0000fde9 400304 0a4d0001");
    for (int i = 0; i < prefixes; i++) {
      body.append("18 0a%02x%02x".formatted(1 + i / 256, i % 256));
    }
    return message(2, body.toString());
  }

  // --- composing ---

  /** To the export, or without one to what goes before it. */
  private void take(
      @Nullable LogExport export,
      RecordKind kind,
      long millis,
      long stream,
      long offset,
      int length)
      throws IOException {
    record.wrap(buffer, 0).header(kind, 1, START + millis * 1_000, stream, offset, length).seal();
    if (export == null) {
      first.take(position, record);
    } else {
      export.take(position, record);
    }
    position += record.length();
  }

  private void open(LogExport export, long id, Opened opened) throws IOException {
    int length = opened.encode(buffer, RecordFlyweight.HEADER_LENGTH);
    take(export, RecordKind.OPENED, 0, id, 0, length);
  }

  private void received(@Nullable LogExport export, long millis, long id, long offset, byte[] bytes)
      throws IOException {
    buffer.put(RecordFlyweight.HEADER_LENGTH, bytes);
    take(export, RecordKind.RECEIVED, millis, id, offset, bytes.length);
  }

  private void sent(@Nullable LogExport export, long millis, List<Sent.Target> to, byte[] bytes)
      throws IOException {
    int length =
        new Sent(1, 1, false, false, to, bytes).encode(buffer, RecordFlyweight.HEADER_LENGTH);
    take(export, RecordKind.SENT, millis, to.getFirst().connection(), 0, length);
  }

  private void closed(LogExport export, long millis, long id, Cause cause) throws IOException {
    int length = new Closed(cause, "").encode(buffer, RecordFlyweight.HEADER_LENGTH);
    take(export, RecordKind.CLOSED, millis, id, 0, length);
  }

  private static Endpoint end(String address, int port) throws IOException {
    return new Endpoint(InetAddress.getByName(address), 0, port);
  }

  private static Opened opened(
      String local, String remote, int port, boolean active, TcpOptions theirs) throws IOException {
    TcpOptions ours = new TcpOptions(1_460, 7, true, true, 123_456);
    return new Opened(
        "bgp",
        end(local, active ? port : 179),
        end(remote, active ? 179 : port),
        active,
        0,
        -2_000, // wraps soon
        -40_000,
        ours,
        theirs);
  }

  private static byte[] concatenated(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** pcap4j's own arithmetic. */
  private static void assertThatChecksumsAreRight(Path file) throws Exception {
    Libpcap.locate();
    try (PcapHandle handle = Pcaps.openOffline(file.toString())) {
      byte[] frame;
      while ((frame = handle.getNextRawPacket()) != null) {
        EthernetPacket packet = EthernetPacket.newPacket(frame, 0, frame.length);
        TcpPacket tcp = packet.get(TcpPacket.class);
        IpV4Packet ip4 = packet.get(IpV4Packet.class);
        if (ip4 != null) {
          assertThat(ip4.getHeader().hasValidChecksum(false)).isTrue();
          assertThat(
                  tcp.hasValidChecksum(
                      ip4.getHeader().getSrcAddr(), ip4.getHeader().getDstAddr(), false))
              .isTrue();
        } else {
          IpV6Packet ip6 = packet.get(IpV6Packet.class);
          assertThat(
                  tcp.hasValidChecksum(
                      ip6.getHeader().getSrcAddr(), ip6.getHeader().getDstAddr(), false))
              .isTrue();
        }
      }
    }
  }

  // --- the tests ---

  @ParameterizedTest
  @CsvSource({
    "10.77.0.2, 10.77.0.1, false",
    "10.77.0.2, 10.77.0.1, true",
    "fd77::2, fd77::1, false",
    "fd77::2, fd77::1, true"
  })
  void bothOraclesReadASessionFromItsHandshakeToItsEnd(String local, String remote, boolean active)
      throws Exception {
    Path file = folder.resolve("session.pcap");
    // Messages of more than a segment, cut by the socket's reads where no message ends.
    byte[] theirs = concatenated(open(), keepalive(), update(900), update(1), keepalive());
    byte[] ours = concatenated(open(), keepalive(), update(700), keepalive());
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LogExport export = new LogExport(out, id -> true, 179, first);
      open(
          export,
          1,
          opened(local, remote, 40_123, active, new TcpOptions(1_400, 9, true, true, 99)));
      sent(export, 1, List.of(new Sent.Target(1, 0)), open());
      int offset = 0;
      for (int i = 0; offset < theirs.length; i++) {
        int length = Math.min(777, theirs.length - offset);
        byte[] part = java.util.Arrays.copyOfRange(theirs, offset, offset + length);
        received(export, 2 + i, 1, offset, part);
        offset += length;
      }
      byte[] rest = java.util.Arrays.copyOfRange(ours, open().length, ours.length);
      sent(export, 400, List.of(new Sent.Target(1, open().length)), rest);
      take(export, RecordKind.PEER_CLOSED, 500, 1, offset, 0);
      closed(export, 501, 1, Cause.LOCAL_CLOSE);
    }

    TcpConversation conversation = TcpStreams.read(file).bgp().getFirst();
    boolean theyAreFirst = !active;
    TcpDirection them = theyAreFirst ? conversation.first() : conversation.second();
    TcpDirection us = theyAreFirst ? conversation.second() : conversation.first();
    assertThat(them.bytes()).isEqualTo(theirs);
    assertThat(us.bytes()).isEqualTo(ours);
    assertThat(us.flags()).extracting(TcpDirection.Flag::name).containsExactly("SYN", "FIN");
    assertThat(them.flags()).extracting(TcpDirection.Flag::name).containsExactly("SYN", "FIN");
    assertThat(BgpMessages.in(them).count(BgpMessage.UPDATE, 0)).isEqualTo(2);
    assertThat(us.timeOf(ours.length)).isEqualTo(START + 400_000);
    assertThatChecksumsAreRight(file);

    Tshark tshark = new Tshark(file);
    assertThat(tshark.complaints()).isEmpty();
    assertThat(tshark.fields("tcp.flags.syn == 1", "tcp.flags.ack", "tcp.options.wscale.shift"))
        .containsExactly(active ? "0\t7" : "0\t9", active ? "1\t9" : "1\t7");
    assertThat(tshark.count("bgp.type == 1")).isEqualTo(2);
    assertThat(tshark.count("bgp.type == 2")).isPositive();
    assertThat(tshark.count("bgp.type == 4")).isPositive();
    assertThat(tshark.fields("bgp.type == 2", "bgp.nlri_prefix").getFirst().split(",").length)
        .isGreaterThanOrEqualTo(700);
    // SYN, SYN-ACK, ACK, data, FIN
    assertThat(tshark.fields("tcp", "tcp.completeness").getLast()).isEqualTo("31");
  }

  @Test
  void whatWasSentToManyIsInTheCaptureOfEach() throws Exception {
    Path file = folder.resolve("many.pcap");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LogExport export = new LogExport(out, id -> true, 179, first);
      TcpOptions theirs = new TcpOptions(1_460, 7, true, false, 0);
      open(export, 1, opened("10.77.0.2", "10.77.0.1", 40_001, false, theirs));
      open(export, 2, opened("fd77::2", "fd77::1", 40_002, false, TcpOptions.NONE));
      List<Sent.Target> both = List.of(new Sent.Target(1, 0), new Sent.Target(2, 0));
      sent(export, 1, both, concatenated(open(), update(1_000)));
      received(export, 2, 1, 0, open());
      received(export, 2, 2, 0, open());
      closed(export, 3, 1, Cause.PEER_RESET);
      closed(export, 3, 2, Cause.LOCAL_ABORT);
    }

    List<TcpConversation> conversations = TcpStreams.read(file).bgp();
    assertThat(conversations).hasSize(2);
    assertThat(conversations.get(0).second().bytes())
        .isEqualTo(conversations.get(1).second().bytes())
        .isEqualTo(concatenated(open(), update(1_000)));
    assertThat(conversations.get(0).first().count("RST", 0)).isOne();
    assertThat(conversations.get(1).second().count("RST", 0)).isOne();
    assertThatChecksumsAreRight(file);
    assertThat(new Tshark(file).complaints()).isEmpty();
  }

  @Test
  void aSessionWithoutItsBeginningIsStillDecoded() throws Exception {
    Path file = folder.resolve("trimmed.pcap");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LogExport export = new LogExport(out, id -> true, 179, first);
      middle(null);
      middle(export);
    }

    TcpConversation conversation = TcpStreams.read(file).bgp().getFirst();
    assertThat(conversation.first().flags()).isEmpty();
    assertThat(BgpMessages.in(conversation.first()).count(BgpMessage.UPDATE, 0)).isEqualTo(40);
    assertThat(BgpMessages.in(conversation.second()).count(BgpMessage.KEEPALIVE, 0)).isEqualTo(40);
    Tshark tshark = new Tshark(file);
    assertThat(tshark.complaints()).isEmpty();
    assertThat(tshark.count("bgp.type == 2")).isEqualTo(40);
  }

  private void middle(@Nullable LogExport export) throws IOException {
    for (int i = 0; i < 40; i++) {
      byte[] update = update(100);
      received(export, 2 * i, 9, 70_000 + (long) i * update.length, update);
      sent(export, 2 * i + 1, List.of(new Sent.Target(9, 5_000 + i * 19L)), keepalive());
    }
  }

  @Test
  void aLongTransferWithoutAnAnswerFillsNoWindow() throws Exception {
    Path file = folder.resolve("long.pcap");
    byte[] part = new byte[60_000];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LogExport export = new LogExport(out, id -> true, 0, first);
      TcpOptions jumbo = new TcpOptions(65_495, 0, true, true, 5);
      open(export, 1, opened("10.77.0.2", "10.77.0.1", 40_001, false, jumbo));
      for (int i = 0; i < 200; i++) {
        received(export, i, 1, i * 60_000L, part);
      }
      for (int i = 0; i < 200; i++) {
        sent(export, 200 + i, List.of(new Sent.Target(1, i * 60_000L)), part);
      }
    }

    TcpConversation conversation = TcpStreams.readWithoutBytes(file).conversations().getFirst();
    assertThat(conversation.first().length()).isEqualTo(12_000_000);
    assertThat(conversation.second().length()).isEqualTo(12_000_000);
    assertThat(new Tshark(file).fields("tcp.analysis.flags", "frame.number", "_ws.col.Info"))
        .isEmpty();
  }

  /** The oracle finds what is wrong, or its silence would prove nothing. */
  @Test
  void theOracleFindsAGap() throws Exception {
    Path file = folder.resolve("gap.pcap");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LogExport export = new LogExport(out, id -> true, 179, first);
      open(export, 1, opened("10.77.0.2", "10.77.0.1", 40_001, false, TcpOptions.NONE));
      received(export, 1, 1, 0, open());
      received(export, 2, 1, 500, keepalive());
    }

    assertThat(new Tshark(file).complaints()).isNotEmpty();
  }
}
