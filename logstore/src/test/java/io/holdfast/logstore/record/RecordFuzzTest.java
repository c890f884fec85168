package io.holdfast.logstore.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.logstore.FuzzSeeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Walks bytes as a log's files are walked: a length is checked before the checksum, the checksum
 * before anything else is believed. CONTRIBUTING says how to let Jazzer look for more.
 */
class RecordFuzzTest {
  static List<Path> seeds() throws IOException {
    return FuzzSeeds.of(RecordFuzzTest.class, "records");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void takesItsSeeds(Path seed) throws Exception {
    records(Files.readAllBytes(seed));
  }

  @FuzzTest(maxDuration = "60s")
  void records(byte[] data) {
    ByteBuffer buffer = ByteBuffer.wrap(data);
    RecordFlyweight record = new RecordFlyweight();
    int at = 0;
    while (data.length - at >= RecordFlyweight.HEADER_LENGTH) {
      int length = record.wrap(buffer, at).length();
      if (length < RecordFlyweight.HEADER_LENGTH || length > data.length - at) {
        return;
      }
      if (!record.intact()) {
        return;
      }
      assertThat(record.payloadIndex() + record.payloadLength()).isEqualTo(at + length);
      assertThat(buffer.position()).as("nothing is moved").isZero();
      assertThat(buffer.limit()).isEqualTo(data.length);
      for (int bit = 0; bit < length * Byte.SIZE; bit += 1 + length / 8) {
        int index = at + bit / Byte.SIZE;
        if (index >= at + RecordFlyweight.CRC_OFFSET) {
          data[index] ^= (byte) (1 << bit % Byte.SIZE);
          assertThat(record.intact()).as("with bit %d flipped", bit).isFalse();
          data[index] ^= (byte) (1 << bit % Byte.SIZE);
        }
      }
      at += length;
    }
  }
}
