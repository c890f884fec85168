package io.holdfast.lab.capture;

import io.holdfast.lab.net.LabFailure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.TcpPacket.TcpHeader;

/** The TCP conversations of a capture file. */
public final class TcpStreams {
  private final List<TcpConversation> conversations = new ArrayList<>();
  private final boolean keepsBytes;
  private long frames;

  private TcpStreams(boolean keepsBytes) {
    this.keepsBytes = keepsBytes;
  }

  /**
   * Reads a capture.
   *
   * @param file pcap format, Ethernet frames
   */
  public static TcpStreams read(Path file) {
    return read(file, true);
  }

  /** Reads a capture without keeping the streams' bytes, for bulk transfers. */
  public static TcpStreams readWithoutBytes(Path file) {
    return read(file, false);
  }

  private static TcpStreams read(Path file, boolean keepsBytes) {
    Libpcap.locate();
    TcpStreams streams = new TcpStreams(keepsBytes);
    try (PcapHandle handle = Pcaps.openOffline(file.toString())) {
      byte[] frame;
      while ((frame = handle.getNextRawPacket()) != null) {
        streams.frame(handle.getTimestamp(), frame);
      }
    } catch (PcapNativeException | NotOpenException e) {
      throw new LabFailure("cannot read the capture " + file, e);
    }
    return streams;
  }

  private void frame(Timestamp time, byte[] frame) {
    frames++;
    try {
      Packet packet = EthernetPacket.newPacket(frame, 0, frame.length);
      IpPacket ip = packet.get(IpPacket.class);
      TcpPacket tcp = packet.get(TcpPacket.class);
      if (ip != null && tcp != null) {
        segment(micros(time), ip, tcp);
      }
    } catch (IllegalRawDataException e) {
      throw new LabFailure("frame " + frames + " cannot be read", e);
    }
  }

  private static long micros(Timestamp time) {
    return Math.floorDiv(time.getTime(), 1000L) * 1_000_000L + time.getNanos() / 1000;
  }

  private void segment(long micros, IpPacket ip, TcpPacket tcp) {
    TcpHeader header = tcp.getHeader();
    InetSocketAddress from = address(ip.getHeader().getSrcAddr(), header.getSrcPort().valueAsInt());
    InetSocketAddress to = address(ip.getHeader().getDstAddr(), header.getDstPort().valueAsInt());
    long firstByte = header.getSequenceNumberAsLong() + (header.getSyn() ? 1 : 0);
    TcpConversation conversation = conversation(from, to, header, firstByte);
    boolean isFirst = conversation.first().from().equals(from);
    TcpDirection mine = isFirst ? conversation.first() : conversation.second();
    TcpDirection theirs = isFirst ? conversation.second() : conversation.first();
    mine.seen(micros);
    flags(micros, header, mine);
    if (header.getRst() && !mine.knowsOrigin()) {
      return;
    }
    mine.origin(firstByte);
    if (header.getAck() && !header.getRst()) {
      acknowledgment(micros, header, mine, theirs);
    }
    Packet payload = tcp.getPayload();
    if (payload != null && payload.length() > 0) {
      long offset = mine.offsetOf(firstByte & 0xffff_ffffL, mine.highestSent());
      mine.data(micros, offset, payload.getRawData());
    }
  }

  private static void acknowledgment(
      long micros, TcpHeader header, TcpDirection mine, TcpDirection theirs) {
    if (!theirs.knowsOrigin()) {
      theirs.origin(header.getAcknowledgmentNumberAsLong());
    }
    long offset =
        theirs.offsetOf(header.getAcknowledgmentNumberAsLong(), mine.highestAcknowledged());
    mine.acknowledges(micros, offset);
  }

  private static void flags(long micros, TcpHeader header, TcpDirection mine) {
    if (header.getSyn()) {
      mine.flag(micros, "SYN");
    }
    if (header.getFin()) {
      mine.flag(micros, "FIN");
    }
    if (header.getRst()) {
      mine.flag(micros, "RST");
    }
  }

  /** The newest conversation of the two ends; a SYN with another number begins a new one. */
  private TcpConversation conversation(
      InetSocketAddress from, InetSocketAddress to, TcpHeader header, long firstByte) {
    TcpConversation known = newest(from, to);
    boolean opens = header.getSyn() && !header.getAck();
    if (known != null) {
      TcpDirection mine = known.first().from().equals(from) ? known.first() : known.second();
      if (!opens || !mine.knowsOrigin() || mine.hasOrigin(firstByte)) {
        return known;
      }
    }
    TcpConversation fresh =
        new TcpConversation(new TcpDirection(from, keepsBytes), new TcpDirection(to, keepsBytes));
    conversations.add(fresh);
    return fresh;
  }

  private @Nullable TcpConversation newest(InetSocketAddress a, InetSocketAddress b) {
    for (int i = conversations.size() - 1; i >= 0; i--) {
      if (conversations.get(i).isBetween(a, b)) {
        return conversations.get(i);
      }
    }
    return null;
  }

  private static InetSocketAddress address(InetAddress address, int port) {
    return new InetSocketAddress(address, port);
  }

  /** All conversations, in the order in which they began. */
  public List<TcpConversation> conversations() {
    return List.copyOf(conversations);
  }

  /** The conversations that carried BGP. */
  public List<TcpConversation> bgp() {
    return conversations.stream().filter(conversation -> conversation.involvesPort(179)).toList();
  }

  /** How many frames the file has. */
  public long frames() {
    return frames;
  }
}
