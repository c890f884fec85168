package io.holdfast.bgp.mrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MrtReaderTest {
  private static final String PEERS =
      record(
          13,
          1,
          "0a000001 0003 616263 0002 00 0a000002 c0000201 fde9 02 0a000003 c0000202 fa56ea01");
  private static final String RIB =
      record(
          13,
          2,
          "00000007 18 cb0071 0002"
              + "0000 4c000000 0014 40010100 400206 0201 0000fde9 400304 0a4d0001"
              + "0001 4c000001 0014 40010102 400206 0201 fa56ea01 400304 0a4d0002");
  private static final String STATE =
      record(16, 5, "fa56ea01 0000fdea 0000 0001 c0000201 c0000202 0005 0006");
  private static final String KEEPALIVE =
      record(
          17,
          4,
          "0000000c fa56ea01 0000fdea 0000 0001 c0000201 c0000202"
              + "ffffffffffffffffffffffffffffffff 0013 04");
  private static final String IPV6 = record(13, 4, "00000001 00 0000");

  @TempDir Path folder;

  private static String record(int type, int subtype, String body) {
    String octets = body.replace(" ", "");
    return String.format("4c000000%04x%04x%08x", type, subtype, octets.length() / 2) + octets;
  }

  private Path file(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
      out.write(content);
    }
    return file;
  }

  private static byte[] octets(String hex) {
    return ByteBufUtil.decodeHexDump(hex);
  }

  private static List<MrtRecord> read(Path file) throws IOException {
    List<MrtRecord> records = new ArrayList<>();
    try (MrtReader reader = MrtReader.open(file)) {
      for (MrtRecord record = reader.next(); record != null; record = reader.next()) {
        records.add(record);
      }
    }
    return records;
  }

  @ParameterizedTest
  @CsvSource({"table.mrt", "table.gz"})
  void readsEachKindOfRecord(String name) throws IOException {
    List<MrtRecord> records = read(file(name, octets(PEERS + RIB + STATE + KEEPALIVE + IPV6)));
    assertThat(records).hasSize(5);
    MrtRecord.PeerIndexTable peers = (MrtRecord.PeerIndexTable) records.get(0);
    assertThat(peers.viewName()).isEqualTo("abc");
    assertThat(peers.peers())
        .containsExactly(
            new MrtPeer(0x0a000002, Bytes.ofHex("c0000201"), 65001),
            new MrtPeer(0x0a000003, Bytes.ofHex("c0000202"), 4_200_000_001L));
    MrtRecord.RibIpv4 rib = (MrtRecord.RibIpv4) records.get(1);
    assertThat(rib.prefix()).isEqualTo(Prefixes.parse("203.0.113.0/24"));
    assertThat(rib.routes()).extracting(MrtRecord.RibRoute::peerIndex).containsExactly(0, 1);
    assertThat(rib.routes().get(1).attributes().originAs()).isEqualTo(4_200_000_001L);
    MrtRecord.StateChange state = (MrtRecord.StateChange) records.get(2);
    assertThat(state.newState()).isEqualTo(6);
    MrtRecord.Message message = (MrtRecord.Message) records.get(3);
    assertThat(message.microseconds()).isEqualTo(12);
    assertThat(message.message().length()).isEqualTo(19);
    assertThat(records.get(4)).isEqualTo(new MrtRecord.Skipped(0x4c000000L, 13, 4, 7));
  }

  @Test
  void namesTheOffsetAtWhichAFileBreaksOff() throws IOException {
    byte[] whole = octets(PEERS + RIB);
    int second = PEERS.length() / 2;
    Path body = file("body.mrt", Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> read(body))
        .isInstanceOf(MrtException.class)
        .hasMessageContaining("body.mrt at offset " + second + ": breaks off after");
    Path header = file("header.mrt", Arrays.copyOf(whole, second + 5));
    assertThatThrownBy(() -> read(header)).hasMessageContaining("header of a record");
  }

  @Test
  void refusesARecordThatClaimsTooMuchOrHoldsTooLittle() throws IOException {
    Path huge = file("huge.mrt", octets("4c000000000d00027fffffff"));
    assertThatThrownBy(() -> read(huge)).hasMessageContaining("record of 2147483647 octets");
    Path little = file("little.mrt", octets(record(13, 2, "00000001 18 cb00")));
    assertThatThrownBy(() -> read(little)).hasMessageContaining("shorter than what it holds");
    Path prefix = file("prefix.mrt", octets(record(13, 2, "00000001 21 cb007100 00 0000")));
    assertThatThrownBy(() -> read(prefix)).hasMessageContaining("length 33");
  }

  @Test
  void refusesDamagedCompression() throws IOException {
    Path good = file("good.gz", octets(PEERS + RIB));
    byte[] packed = Files.readAllBytes(good);
    Path cut = folder.resolve("cut.gz");
    Files.write(cut, Arrays.copyOf(packed, packed.length / 2));
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(MrtException.class)
        .hasMessageContaining("compressed");
    Path none = folder.resolve("none.gz");
    Files.write(none, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> read(none)).isInstanceOf(IOException.class);
  }
}
