package io.holdfast.lab.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pcap4j.core.PcapDumper;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.DataLinkType;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;
import org.pcap4j.packet.namednumber.TcpPort;
import org.pcap4j.util.MacAddress;

/** Hand-made captures: a client 192.0.2.1:40000 and a server 192.0.2.2:179. */
class TcpStreamsTest {
  private static final int CLIENT = 40000;
  private static final int SERVER = 179;

  @TempDir private Path folder;
  private PcapHandle dead;
  private PcapDumper dumper;
  private int frames;

  @BeforeEach
  void open() throws Exception {
    Libpcap.locate();
    dead = Pcaps.openDead(DataLinkType.EN10MB, 65535);
    dumper = dead.dumpOpen(folder.resolve("made.pcap").toString());
  }

  @AfterEach
  void close() {
    dead.close();
  }

  private TcpStreams read() {
    dumper.close();
    return TcpStreams.read(folder.resolve("made.pcap"));
  }

  /** One frame, a millisecond after the last. */
  private void frame(boolean fromClient, String flags, long sequence, long ack, String data)
      throws Exception {
    Inet4Address client = (Inet4Address) InetAddress.getByName("192.0.2.1");
    Inet4Address server = (Inet4Address) InetAddress.getByName("192.0.2.2");
    TcpPacket.Builder tcp =
        new TcpPacket.Builder()
            .srcAddr(fromClient ? client : server)
            .dstAddr(fromClient ? server : client)
            .srcPort(TcpPort.getInstance((short) (fromClient ? CLIENT : SERVER)))
            .dstPort(TcpPort.getInstance((short) (fromClient ? SERVER : CLIENT)))
            .sequenceNumber((int) sequence)
            .acknowledgmentNumber((int) ack)
            .syn(flags.contains("S"))
            .fin(flags.contains("F"))
            .rst(flags.contains("R"))
            .ack(flags.contains("A"))
            .window((short) 1000)
            .correctChecksumAtBuild(true)
            .correctLengthAtBuild(true);
    if (!data.isEmpty()) {
      tcp.payloadBuilder(
          new UnknownPacket.Builder().rawData(data.getBytes(StandardCharsets.ISO_8859_1)));
    }
    IpV4Packet.Builder ip =
        new IpV4Packet.Builder()
            .version(IpVersion.IPV4)
            .tos(IpV4Rfc791Tos.newInstance((byte) 0))
            .ttl((byte) 64)
            .protocol(IpNumber.TCP)
            .srcAddr(fromClient ? client : server)
            .dstAddr(fromClient ? server : client)
            .payloadBuilder(tcp)
            .correctChecksumAtBuild(true)
            .correctLengthAtBuild(true);
    EthernetPacket packet =
        new EthernetPacket.Builder()
            .srcAddr(MacAddress.getByName("02:00:00:00:00:01"))
            .dstAddr(MacAddress.getByName("02:00:00:00:00:02"))
            .type(EtherType.IPV4)
            .payloadBuilder(ip)
            .paddingAtBuild(true)
            .build();
    frames++;
    dumper.dumpRaw(packet.getRawData(), new Timestamp(1_000_000L + frames));
  }

  private static long micros(int frame) {
    return (1_000_000L + frame) * 1000;
  }

  private static String text(TcpDirection direction) {
    return new String(direction.bytes(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void putsSegmentsInOrderAndCountsAcknowledgmentsFromTheFirstByte() throws Exception {
    frame(true, "S", 999, 0, "");
    frame(false, "SA", 4999, 1000, "");
    frame(true, "A", 1003, 5000, "def");
    frame(true, "A", 1000, 5000, "abc");
    frame(false, "A", 5000, 1006, "");

    TcpConversation conversation = read().bgp().getFirst();

    assertThat(text(conversation.first())).isEqualTo("abcdef");
    assertThat(conversation.first().timeOf(3)).isEqualTo(micros(4));
    assertThat(conversation.second().acknowledged())
        .containsExactly(new TcpDirection.Mark(micros(2), 0), new TcpDirection.Mark(micros(5), 6));
  }

  @Test
  void followsSequenceNumbersThatWrap() throws Exception {
    frame(true, "S", 0xffff_fffdL, 0, "");
    frame(false, "SA", 0xffff_ffffL, 0xffff_fffeL, "");
    frame(true, "A", 0xffff_fffeL, 0, "abcd");
    frame(true, "A", 2, 0, "ef");
    frame(false, "A", 0, 4, "xy");

    TcpConversation conversation = read().bgp().getFirst();

    assertThat(text(conversation.first())).isEqualTo("abcdef");
    assertThat(text(conversation.second())).isEqualTo("xy");
    assertThat(conversation.second().highestAcknowledged()).isEqualTo(6);
  }

  @Test
  void reportsBytesThatAreSentAgainWithAnotherValue() throws Exception {
    frame(true, "S", 0, 0, "");
    frame(true, "A", 1, 0, "abc");
    frame(true, "A", 1, 0, "abc");
    frame(true, "A", 1, 0, "aXcdef");

    TcpDirection direction = read().bgp().getFirst().first();

    assertThat(text(direction)).isEqualTo("abcdef");
    assertThat(direction.retransmitted()).isEqualTo(3);
    assertThat(direction.contradictions()).hasSize(1).first().asString().contains("byte 1");
  }

  @Test
  void keepsAConnectionThatReusesTheSamePortsApart() throws Exception {
    frame(true, "S", 100, 0, "");
    frame(true, "A", 101, 0, "one");
    frame(true, "FA", 104, 0, "");
    frame(true, "S", 9000, 0, "");
    frame(true, "A", 9001, 0, "two");

    List<TcpConversation> conversations = read().bgp();

    assertThat(conversations).extracting(c -> text(c.first())).containsExactly("one", "two");
    assertThat(conversations.getFirst().first().count("FIN", 0)).isOne();
  }

  @Test
  void countsAFlagOnlyFromTheGivenTimeOn() throws Exception {
    frame(true, "S", 100, 0, "");
    frame(false, "RA", 0, 101, "");
    frame(true, "S", 100, 0, "");
    frame(false, "RA", 0, 101, "");

    TcpConversation conversation = read().bgp().getFirst();

    assertThat(conversation.second().count("RST", 0)).isEqualTo(2);
    assertThat(conversation.second().count("RST", micros(3))).isOne();
    assertThat(conversation.first().count("SYN", micros(3))).isOne();
  }

  @Test
  void saysWhereAStreamStopsBeingBgp() throws Exception {
    String marker = "\u00ff".repeat(16);
    frame(true, "S", 0, 0, "");
    frame(true, "A", 1, 0, marker + "\0\u0013\4");
    frame(true, "A", 20, 0, "this is no message at all");

    BgpMessages messages = BgpMessages.in(read().bgp().getFirst().first());

    assertThat(messages.count(BgpMessage.KEEPALIVE, 0)).isOne();
    assertThat(messages.flaw()).isEqualTo("no marker at offset 19");
  }

  @Test
  void readsWithdrawalsAndAnnouncementsAndTheEndOfRib() throws Exception {
    String marker = "\u00ff".repeat(16);
    String update =
        "\0\4\30\12\1\2" // withdrawn: 10.1.2.0/24
            + "\0\4\100\1\1\0" // ORIGIN IGP
            + "\20\300\250"; // 192.168.0.0/16
    frame(true, "S", 0, 0, "");
    frame(true, "A", 1, 0, marker + "\0" + (char) (19 + update.length()) + "\2" + update);
    frame(true, "A", 1 + 19 + update.length(), 0, marker + "\0\27\2\0\0\0\0");

    List<BgpMessage> messages = BgpMessages.in(read().bgp().getFirst().first()).messages();

    assertThat(messages).hasSize(2);
    assertThat(messages.get(0).withdrawn()).containsExactly("10.1.2.0/24");
    assertThat(messages.get(0).announced()).containsExactly("192.168.0.0/16");
    assertThat(messages.get(0).isEndOfRib()).isFalse();
    assertThat(messages.get(1).isEndOfRib()).isTrue();
  }
}
