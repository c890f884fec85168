package io.holdfast.bgp.mrt;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.attribute.AttributeDecoder;
import io.holdfast.bgp.wire.attribute.DecodedAttributes;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Reads the records of an MRT file one after the other. Belongs to one thread. */
public final class MrtReader implements Closeable {
  /** No record may be longer; the longest seen in the wild are some hundred thousand octets. */
  public static final int MAX_RECORD_LENGTH = 16 << 20;

  private static final int HEADER_LENGTH = 12;
  private static final int TABLE_DUMP = 12;
  private static final int TABLE_DUMP_V2 = 13;
  private static final int BGP4MP = 16;
  private static final int BGP4MP_ET = 17;

  private final String name;
  private final InputStream in;
  private byte[] record = new byte[1 << 16];
  private long offset;

  private MrtReader(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  /** Opens a file; one whose name ends in {@code .gz} is decompressed. */
  @SuppressWarnings("resource") // the reader closes it
  public static MrtReader open(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    try {
      InputStream in =
          file.toString().endsWith(".gz")
              ? new GZIPInputStream(raw, 1 << 16)
              : new BufferedInputStream(raw, 1 << 16);
      return new MrtReader(file.toString(), in);
    } catch (IOException e) {
      raw.close();
      throw new MrtException(file + " at offset 0: " + e.getMessage(), e);
    }
  }

  /** Offset of the next record in the uncompressed file. */
  public long offset() {
    return offset;
  }

  /**
   * The next record, or null at the end of the file.
   *
   * @throws MrtException when the file is damaged here; there is no reading on
   */
  public @Nullable MrtRecord next() throws IOException {
    int header = read(HEADER_LENGTH);
    if (header == 0) {
      return null;
    }
    if (header < HEADER_LENGTH) {
      throw damaged("breaks off in the header of a record");
    }
    ByteBuf head = Unpooled.wrappedBuffer(record, 0, HEADER_LENGTH);
    long time = head.readUnsignedInt();
    int type = head.readUnsignedShort();
    int subtype = head.readUnsignedShort();
    long length = head.readUnsignedInt();
    if (length > MAX_RECORD_LENGTH) {
      throw damaged("record of " + length + " octets");
    }
    int present = read((int) length);
    if (present < length) {
      throw damaged("breaks off after " + present + " of the " + length + " octets of a record");
    }
    MrtRecord read;
    try {
      read = decode(time, type, subtype, Unpooled.wrappedBuffer(record, 0, (int) length));
    } catch (IndexOutOfBoundsException e) {
      throw new MrtException(
          at("record of type " + type + "/" + subtype + " is shorter than what it holds"), e);
    }
    offset += HEADER_LENGTH + length;
    return read;
  }

  /** Reads up to {@code count} octets into the record; returns how many there were. */
  private int read(int count) throws IOException {
    if (count > record.length) {
      record = Arrays.copyOf(record, Math.max(count, 2 * record.length));
    }
    try {
      return in.readNBytes(record, 0, count);
    } catch (EOFException | ZipException e) {
      throw new MrtException(at("compressed data is damaged: " + e.getMessage()), e);
    }
  }

  private MrtException damaged(String what) {
    return new MrtException(at(what));
  }

  private String at(String what) {
    return name + " at offset " + offset + ": " + what;
  }

  private MrtRecord decode(long time, int type, int subtype, ByteBuf body) throws MrtException {
    int length = body.readableBytes();
    MrtRecord read =
        switch (type) {
          case TABLE_DUMP -> subtype == 1 ? tableDump(time, body) : null;
          case TABLE_DUMP_V2 ->
              switch (subtype) {
                case 1 -> peerIndexTable(time, body);
                case 2 -> ribIpv4(time, body);
                default -> null;
              };
          case BGP4MP -> bgp4mp(time, 0, subtype, body);
          case BGP4MP_ET -> bgp4mp(time, body.readInt(), subtype, body);
          default -> null;
        };
    return read != null ? read : new MrtRecord.Skipped(time, type, subtype, length);
  }

  private static MrtRecord peerIndexTable(long time, ByteBuf body) {
    int collector = body.readInt();
    String viewName =
        body.readCharSequence(body.readUnsignedShort(), StandardCharsets.UTF_8).toString();
    int count = body.readUnsignedShort();
    List<MrtPeer> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int kind = body.readUnsignedByte();
      int identifier = body.readInt();
      Bytes address = bytes(body, (kind & 1) == 0 ? 4 : 16);
      long asn = (kind & 2) == 0 ? body.readUnsignedShort() : body.readUnsignedInt();
      peers.add(new MrtPeer(identifier, address, asn));
    }
    return new MrtRecord.PeerIndexTable(time, collector, viewName, peers);
  }

  private MrtRecord ribIpv4(long time, ByteBuf body) throws MrtException {
    long sequence = body.readUnsignedInt();
    int bits = body.readUnsignedByte();
    if (bits > 32) {
      throw damaged("IPv4 prefix of length " + bits);
    }
    int address = 0;
    for (int shift = 24; shift > 24 - bits; shift -= 8) {
      address |= body.readUnsignedByte() << shift;
    }
    int count = body.readUnsignedShort();
    List<MrtRecord.RibRoute> routes = new ArrayList<>(Math.min(count, 64));
    for (int i = 0; i < count; i++) {
      int peerIndex = body.readUnsignedShort();
      long originated = body.readUnsignedInt();
      DecodedAttributes decoded = attributes(body, true);
      routes.add(
          new MrtRecord.RibRoute(peerIndex, originated, decoded.attributes(), decoded.errors()));
    }
    return new MrtRecord.RibIpv4(time, sequence, Prefixes.of(address, bits), routes);
  }

  /** Section 4.2: AS numbers have two octets here, and AS4_PATH tells the rest. */
  private MrtRecord tableDump(long time, ByteBuf body) throws MrtException {
    body.skipBytes(2);
    int sequence = body.readUnsignedShort();
    int address = body.readInt();
    int bits = body.readUnsignedByte();
    if (bits > 32) {
      throw damaged("IPv4 prefix of length " + bits);
    }
    body.skipBytes(1);
    long originated = body.readUnsignedInt();
    MrtPeer peer = new MrtPeer(0, bytes(body, 4), body.readUnsignedShort());
    DecodedAttributes decoded = attributes(body, false);
    return new MrtRecord.TableDump(
        time,
        sequence,
        Prefixes.of(address, bits),
        originated,
        peer,
        decoded.attributes(),
        decoded.errors());
  }

  private static DecodedAttributes attributes(ByteBuf body, boolean fourOctetAs) {
    int length = body.readUnsignedShort();
    int index = body.readerIndex();
    body.skipBytes(length);
    return AttributeDecoder.decode(body, index, length, fourOctetAs, true, true);
  }

  private static @Nullable MrtRecord bgp4mp(
      long time, int microseconds, int subtype, ByteBuf body) {
    boolean fourOctetAs = subtype == 4 || subtype == 5 || subtype == 7;
    if (subtype != 0 && subtype != 1 && subtype != 6 && !fourOctetAs) {
      return null;
    }
    long peerAs = fourOctetAs ? body.readUnsignedInt() : body.readUnsignedShort();
    long localAs = fourOctetAs ? body.readUnsignedInt() : body.readUnsignedShort();
    body.skipBytes(2);
    int family = body.readUnsignedShort();
    if (family != 1 && family != 2) {
      return null;
    }
    int width = family == 1 ? 4 : 16;
    MrtPeer peer = new MrtPeer(0, bytes(body, width), peerAs);
    MrtPeer local = new MrtPeer(0, bytes(body, width), localAs);
    if (subtype == 0 || subtype == 5) {
      return new MrtRecord.StateChange(
          time, microseconds, peer, local, body.readUnsignedShort(), body.readUnsignedShort());
    }
    return new MrtRecord.Message(
        time, microseconds, peer, local, fourOctetAs, bytes(body, body.readableBytes()));
  }

  private static Bytes bytes(ByteBuf body, int length) {
    int index = body.readerIndex();
    body.skipBytes(length);
    return Bytes.copyOf(body, index, length);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
