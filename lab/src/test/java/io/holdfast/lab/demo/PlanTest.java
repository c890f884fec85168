package io.holdfast.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.demo.Plan.Segment;
import io.holdfast.lab.demo.Plan.Side;
import io.holdfast.lab.demo.Plan.Step;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {

  @Test
  void theSeedAloneMakesThePlan() {
    assertThat(Plan.of(7, 20)).isEqualTo(Plan.of(7, 20)).isNotEqualTo(Plan.of(8, 20));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 20, 57})
  void hasAsManyDeathsAsAskedFor(int kills) {
    assertThat(Plan.of(3, kills).kills()).isEqualTo(kills);
  }

  @Test
  void someDeathsFallIntoARecovery() {
    assertThat(Plan.of(1, 20).segments()).anyMatch(segment -> segment.deaths().size() > 1);
  }

  @Test
  void whatItExpectsAfterASegmentIsWhatItsStepsSaid() {
    Plan plan = Plan.of(11, 20);
    Map<Side, Map<String, Integer>> routes =
        Map.of(Side.A, new HashMap<>(), Side.B, new HashMap<>());
    plan.base().forEach(step -> carryOut(step, routes));
    for (Segment segment : plan.segments()) {
      segment.steps().forEach(step -> carryOut(step, routes));
      assertThat(segment.after()).isEqualTo(routes);
    }
  }

  private static void carryOut(Step step, Map<Side, Map<String, Integer>> routes) {
    for (String prefix : step.prefixes()) {
      if (step.withdraw()) {
        assertThat(routes.get(step.side()).remove(prefix)).isNotNull();
      } else {
        routes.get(step.side()).put(prefix, step.set());
      }
    }
  }
}
