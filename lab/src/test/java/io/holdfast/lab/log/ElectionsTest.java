package io.holdfast.lab.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Topology: three log servers, an owner elsewhere, and one beside each leader that is cut off.
 * {@code lab/crash-matrix elections} is the long form, and measures.
 */
class ElectionsTest {
  private static final int ROUNDS = 3;

  @Test
  void theLogGoesOnWithoutItsLeaderAndKeepsItsWord() throws Exception {
    try (Elections elections = new Elections(System.out::println)) {
      for (int i = 0; i < ROUNDS; i++) {
        for (ElectionFault fault : ElectionFault.values()) {
          elections.round(fault);
        }
      }
      Elections.Result result = elections.finish();

      assertThat(result.findings()).isEmpty();
      assertThat(result.nanos()).containsOnlyKeys(ElectionFault.values());
      assertThat(result.nanos().values()).allMatch(times -> times.size() == ROUNDS);
      assertThat(result.acknowledged()).isGreaterThan(100);
    }
  }
}
