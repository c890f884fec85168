package io.holdfast.logstore.remote;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Servers that send an owner to and fro. */
final class HearsayTest {
  @Test
  void isBelievedTenTimesInTenSeconds() {
    Hearsay hearsay = new Hearsay();
    long begin = Long.MAX_VALUE - 5; // nanoTime may be anything
    for (int i = 0; i < Hearsay.MOST; i++) {
      assertThat(hearsay.admit(begin + i)).isTrue();
    }
    assertThat(hearsay.admit(begin + 100)).isFalse();
    assertThat(hearsay.admit(begin + Hearsay.PERIOD.toNanos())).isFalse();
    assertThat(hearsay.admit(begin + Hearsay.PERIOD.toNanos() + 1)).isTrue();
  }
}
