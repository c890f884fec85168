package io.holdfast.logstore.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RecordFlyweightTest {
  private static final int AT = 5;
  private static final String HEADER_AND_PAYLOAD =
      "06" // kind
          + "02" // version
          + "0000" // reserved
          + "00060a24181e4000" // time
          + "0000000000000102" // stream
          + "0000000000000304" // offset
          + "313233343536373839";

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64);
  private final RecordFlyweight record = new RecordFlyweight();

  /** CRC32C bit by bit (Castagnoli, reflected), independent of the library's. */
  private static int crc32c(byte[] bytes) {
    int crc = ~0;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
      }
    }
    return ~crc;
  }

  private void write() {
    buffer.put(AT + RecordFlyweight.HEADER_LENGTH, "123456789".getBytes(StandardCharsets.US_ASCII));
    record
        .wrap(buffer, AT)
        .header(RecordKind.RECEIVED, 2, 0x00060a24181e4000L, 0x102, 0x304, 9)
        .seal();
  }

  @Test
  void laysOutTheBytesAsTheFormatSays() {
    write();
    byte[] summed = HexFormat.of().parseHex(HEADER_AND_PAYLOAD);
    byte[] bytes = new byte[45];
    buffer.get(AT, bytes);
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo("0000002d" + HexFormat.of().toHexDigits(crc32c(summed)) + HEADER_AND_PAYLOAD);
    assertThat(crc32c("123456789".getBytes(StandardCharsets.US_ASCII)))
        .as("the test's own")
        .isEqualTo(0xe3069283);
  }

  @Test
  void readsBackWhatItWroteAndMovesNothing() {
    buffer.position(3).limit(60);
    write();
    assertThat(record.intact()).isTrue();
    assertThat(record.length()).isEqualTo(45);
    assertThat(RecordKind.of(record.kindCode())).isEqualTo(RecordKind.RECEIVED);
    assertThat(record.version()).isEqualTo(2);
    assertThat(record.timeMicros()).isEqualTo(0x00060a24181e4000L);
    assertThat(record.stream()).isEqualTo(0x102);
    assertThat(record.offset()).isEqualTo(0x304);
    assertThat(record.payloadIndex()).isEqualTo(AT + 36);
    assertThat(record.payloadLength()).isEqualTo(9);
    assertThat(buffer.position()).isEqualTo(3);
    assertThat(buffer.limit()).isEqualTo(60);
  }

  @Test
  void noticesEveryFlippedBitBehindTheLength() {
    write();
    for (int bit = RecordFlyweight.CRC_OFFSET * 8; bit < 45 * 8; bit++) {
      int at = AT + bit / 8;
      byte whole = buffer.get(at);
      buffer.put(at, (byte) (whole ^ 1 << bit % 8));
      assertThat(record.intact()).as("bit %s", bit).isFalse();
      buffer.put(at, whole);
    }
    assertThat(record.intact()).isTrue();
  }

  @Test
  void knowsEveryKindByItsCode() {
    for (RecordKind kind : RecordKind.values()) {
      assertThat(RecordKind.of(kind.code())).isEqualTo(kind);
    }
    assertThat(RecordKind.of(0)).isNull();
    assertThat(RecordKind.of(13)).isNull();
    assertThat(RecordKind.of(-1)).isNull();
  }
}
