package io.holdfast.failover.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SerialNumbersTest {
  @Test
  void comparesAcrossTheEndOfTheCircle() {
    assertThat(SerialNumbers.less(0xffffffff, 0)).isTrue();
    assertThat(SerialNumbers.less(0, 0xffffffff)).isFalse();
    assertThat(SerialNumbers.less(5, 5)).isFalse();
    assertThat(SerialNumbers.lessOrEqual(5, 5)).isTrue();
    assertThat(SerialNumbers.lessOrEqual(0x7fffffff, 0x80000000)).isTrue();
    assertThat(SerialNumbers.difference(0xfffffff0, 0x10)).isEqualTo(0x20);
    assertThat(SerialNumbers.max(0xffffffff, 3)).isEqualTo(3);
  }

  @Test
  void findsTheOffsetOfANumberThatIsNearAtEveryEdge() {
    long[] places = {0, 1, 0x7fffffffL, 0x80000000L, 0xffffffffL, 0x100000000L, 0x1_8000_0000L};
    long[] distances = {-0x80000000L, -0x7fffffffL, -1, 0, 1, 0x7fffffffL};
    for (long near : places) {
      for (long distance : distances) {
        long offset = near + distance;
        assertThat(SerialNumbers.unwrap((int) offset, near))
            .as("%d from %d", distance, near)
            .isEqualTo(offset);
      }
    }
  }

  @Test
  void goesFromOffsetToSequenceNumberAndBack() {
    long seed = System.nanoTime();
    System.out.println("SerialNumbersTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 1_000_000; i++) {
      long offset = random.nextLong(1L << 48);
      int initial = random.nextInt();
      long near = offset + random.nextInt(-1 << 30, 1 << 30);
      int sequence = SerialNumbers.sequence(offset, initial);
      if (SerialNumbers.offset(sequence, initial, near) != offset) {
        assertThat(SerialNumbers.offset(sequence, initial, near)).isEqualTo(offset);
      }
    }
    assertThat(SerialNumbers.sequence(0, 0xffffffff)).isZero();
    assertThat(SerialNumbers.offset(0, 0xffffffff, 0)).isZero();
  }
}
