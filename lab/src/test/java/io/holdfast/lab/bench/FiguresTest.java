package io.holdfast.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FiguresTest {
  private static final Surroundings HERE =
      new Surroundings(Instant.EPOCH, "a processor", 2, "6.18", "25", 0.5);

  @Test
  void theValueIsTheMedianOfTheRuns() {
    assertThat(new Figure("odd", "s", null, List.of(9.0, 1.0, 2.0)).value()).isEqualTo(2);
    assertThat(new Figure("even", "s", null, List.of(9.0, 1.0, 2.0, 4.0)).value()).isEqualTo(3);
    assertThatThrownBy(() -> new Figure("none", "s", null, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theBoundItselfReachesTheAim() {
    assertThat(Aim.atLeast(0.95).reachedBy(0.95)).isTrue();
    assertThat(Aim.atLeast(0.95).reachedBy(0.949)).isFalse();
    assertThat(Aim.atMost(1.2).reachedBy(1.2)).isTrue();
    assertThat(Aim.atMost(1.2).reachedBy(1.201)).isFalse();
  }

  @Test
  void aMissedAimIsShownAndOnlyAMissedRequirementFailsTheBench() {
    Figure missed = new Figure("slow", "MB/s", Aim.atLeast(250), List.of(100.0));
    Figure failed = new Figure("ratio", "", Aim.atLeast(0.95).asRequirement(), List.of(0.9));
    assertThat(new Figures("x", HERE, List.of(missed)).hold()).isTrue();
    assertThat(new Figures("x", HERE, List.of(missed, failed)).hold()).isFalse();
    assertThat(printed(missed)).contains("missed").contains("Every required figure holds.");
    assertThat(printed(missed, failed)).contains("FAILED").contains("NOT every");
  }

  @Test
  void theJsonSaysOfEachFigureWhatTheTableSays() {
    Figure ratio =
        new Figure("ratio", "", Aim.atLeast(0.95).asRequirement(), List.of(0.97, 0.99, 0.98));
    Figure shown = new Figure("plain", "MB/s", null, List.of(900.0));
    JsonNode json = new Figures("failover", HERE, List.of(ratio, shown)).json();
    assertThat(json.path("v").asInt()).isEqualTo(1);
    assertThat(json.path("holds").asBoolean()).isTrue();
    JsonNode first = json.path("figures").path(0);
    assertThat(first.path("value").asDouble()).isEqualTo(0.98);
    assertThat(first.path("aim").path("atLeast").asDouble()).isEqualTo(0.95);
    assertThat(first.path("aim").path("required").asBoolean()).isTrue();
    assertThat(first.path("holds").asBoolean()).isTrue();
    assertThat(first.path("runs")).hasSize(3);
    assertThat(json.path("figures").path(1).path("aim").isNull()).isTrue();
  }

  private static String printed(Figure... figures) {
    StringWriter text = new StringWriter();
    new Figures("x", HERE, List.of(figures)).print(new PrintWriter(text));
    return text.toString();
  }
}
