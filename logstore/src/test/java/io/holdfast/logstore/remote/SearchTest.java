package io.holdfast.logstore.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.logstore.config.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SearchTest {
  private static final HostPort A = new HostPort("a", 1);
  private static final HostPort B = new HostPort("b", 1);
  private static final HostPort C = new HostPort("c", 1);

  @Test
  void pausesAfterEachRoundTwiceAsLongUpToASecond() {
    Search search = new Search(List.of(A, B));
    List<Long> pauses = new ArrayList<>();
    Search.Step step = search.begin(Optional.empty());
    List<HostPort> order = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      order.add(step.server());
      step = search.failed(step.server(), "no", Optional.empty());
      pauses.add(step.pause().toMillis());
    }
    assertThat(order).startsWith(A, B, A, B, A);
    assertThat(pauses)
        .containsExactly(0L, 50L, 0L, 100L, 0L, 200L, 0L, 400L, 0L, 800L, 0L, 1000L, 0L, 1000L);
    search.found();
    assertThat(search.begin(Optional.empty()).pause()).isZero();
  }

  @Test
  void goesStraightWhereAHintPoints() {
    Search search = new Search(List.of(A, B));
    assertThat(search.begin(Optional.of(C))).isEqualTo(step(C));
    assertThat(search.failed(C, "does not lead", Optional.of(B))).isEqualTo(step(B));
    assertThat(search.failed(B, "refused", Optional.empty())).isEqualTo(step(A));
  }

  @Test
  void isNotKeptBusyByMembersThatPointAtOneAnother() {
    Search search = new Search(List.of(A, B));
    Search.Step step = search.begin(Optional.empty());
    int hops = 0;
    while (step.pause().isZero()) {
      HostPort other = step.server().equals(A) ? B : A;
      step = search.failed(step.server(), "does not lead", Optional.of(other));
      assertThat(++hops).isLessThan(10);
    }
    assertThat(search.reasons()).isEqualTo("a:1: does not lead; b:1: does not lead");
  }

  @Test
  void looksForTheNextLeaderWithoutAPauseHoweverOftenItChanges() {
    Search search = new Search(List.of(A, B, C));
    for (int i = 0; i < 20; i++) {
      search.found();
      assertThat(search.lost(A, "closed", Optional.of(B), true)).isEqualTo(step(B));
      search.found();
      assertThat(search.lost(B, "closed", Optional.empty(), true).pause()).isZero();
      search.found();
      assertThat(search.lost(A, "idle, and at once again", Optional.of(C), false))
          .isEqualTo(step(C));
    }
  }

  @Test
  void pausesEverLongerForAServerThatTakesUsAndFailsUntilSomethingIsCommitted() {
    Search search = new Search(List.of(A));
    search.begin(Optional.empty());
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      search.found();
      pauses.add(search.lost(A, "closed", Optional.of(A), false).pause().toMillis());
    }
    assertThat(pauses).containsExactly(0L, 50L, 100L, 200L, 400L, 800L, 1000L, 1000L);
    assertThat(search.reasons()).isEqualTo("a:1: took us and failed at once: closed");
    search.found();
    assertThat(search.lost(A, "closed", Optional.empty(), true)).isEqualTo(step(A));
    search.found();
    assertThat(search.lost(A, "closed", Optional.empty(), false)).isEqualTo(step(A));
    search.found();
    assertThat(search.lost(A, "closed", Optional.empty(), false).pause()).hasMillis(50);
  }

  @Test
  void isNotKeptBusyByServersThatAllTakeUsAndPointAtOneAnother() {
    Search search = new Search(List.of(A, B));
    Search.Step step = search.begin(Optional.empty());
    int hops = 0;
    while (step.pause().isZero()) {
      search.found();
      HostPort other = step.server().equals(A) ? B : A;
      step = search.lost(step.server(), "does not lead", Optional.of(other), false);
      assertThat(++hops).isLessThan(10);
    }
  }

  private static Search.Step step(HostPort server) {
    return new Search.Step(server, java.time.Duration.ZERO);
  }
}
