package io.holdfast.lab.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong histories, each of which has to be caught by the rule that it breaks. */
class HistoryCheckerTest {
  private final List<Append> appends = new ArrayList<>();
  private final List<Read> reads = new ArrayList<>();
  private final List<Batch> log = new ArrayList<>();
  private long first;

  private Append append(
      String client, long epoch, int sequence, long position, long from, long to, Outcome outcome) {
    BatchId id = new BatchId(client, epoch, sequence);
    Append append = new Append(id, position, 100, "hash of " + id, from, to, outcome);
    appends.add(append);
    return append;
  }

  private Append acknowledged(
      String client, long epoch, int sequence, long position, long from, long to) {
    return append(client, epoch, sequence, position, from, to, Outcome.ACKNOWLEDGED);
  }

  private Append pending(String client, long epoch, int sequence, long position, long from) {
    return append(client, epoch, sequence, position, from, Long.MAX_VALUE, Outcome.INDETERMINATE);
  }

  private void stands(Append append) {
    stands(append, append.id().epoch(), 1);
  }

  private void stands(Append append, long epoch, long term) {
    batch(append.position(), append.hash(), epoch, term, append.id());
  }

  private void batch(long position, String hash, long epoch, long term, @Nullable BatchId id) {
    log.add(new Batch(position, 100, hash, term, epoch, id));
  }

  private List<Finding> findings() {
    return HistoryChecker.check(new History(appends, reads, first, log));
  }

  private void assertThatOnlyIsBroken(Rule rule, String... words) {
    List<Finding> findings = findings();
    assertThat(findings).isNotEmpty();
    assertThat(findings).extracting(Finding::rule).containsOnly(rule);
    assertThat(findings.getFirst().text()).contains(words);
  }

  @Test
  void aPlainRunHolds() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    stands(acknowledged("a", 1, 2, 100, 15, 30));
    stands(pending("a", 1, 3, 200, 16));
    pending("a", 1, 4, 300, 17);
    append("a", 1, 5, 400, 50, 60, Outcome.REFUSED);
    stands(acknowledged("b", 2, 1, 300, 40, 50), 2, 2);
    reads.add(new Read("r", 100, 100, "hash of a/1/2", 35));
    assertThat(findings()).isEmpty();
  }

  @Test
  void aRunWithoutAnythingHolds() {
    assertThat(findings()).isEmpty();
  }

  @Test
  void anAcknowledgedAppendIsMissing() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    acknowledged("a", 1, 2, 100, 30, 40);
    assertThatOnlyIsBroken(Rule.ACKNOWLEDGED_IS_THERE, "append a/1/2", "is not in the log");
  }

  @Test
  void anAcknowledgedAppendHasOtherBytes() {
    Append append = acknowledged("a", 1, 1, 0, 10, 20);
    batch(0, "other bytes", 1, 1, append.id());
    assertThatOnlyIsBroken(Rule.ACKNOWLEDGED_IS_THERE, "append a/1/1", "other bytes");
  }

  @Test
  void anAcknowledgedAppendStandsElsewhere() {
    stands(pending("a", 1, 1, 0, 10));
    Append append = acknowledged("a", 1, 2, 200, 30, 40);
    batch(100, append.hash(), 1, 1, append.id());
    assertThatOnlyIsBroken(Rule.ACKNOWLEDGED_IS_THERE, "append a/1/2", "position 100");
  }

  @Test
  void aBatchIsThereTwice() {
    Append append = acknowledged("a", 1, 1, 0, 10, 20);
    stands(append);
    batch(100, append.hash(), 1, 1, append.id());
    assertThatOnlyIsBroken(Rule.ONCE, "a/1/1", "twice");
  }

  @Test
  void anIndeterminateAppendIsThereTwice() {
    Append append = pending("a", 1, 1, 0, 10);
    stands(append);
    batch(100, append.hash(), 1, 1, append.id());
    assertThatOnlyIsBroken(Rule.ONCE, "a/1/1");
  }

  @Test
  void aClientsAppendsStandInAnotherOrder() {
    stands(pending("a", 1, 2, 0, 10));
    stands(pending("a", 1, 1, 100, 10));
    assertThatOnlyIsBroken(Rule.ORDER, "a/1/1", "a/1/2");
  }

  @Test
  void thereIsAGapInThePositions() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    stands(acknowledged("a", 1, 2, 150, 10, 20));
    assertThatOnlyIsBroken(Rule.ORDER, "a/1/2", "should be 100");
  }

  @Test
  void batchesOverlap() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    stands(acknowledged("a", 1, 2, 50, 10, 20));
    assertThatOnlyIsBroken(Rule.ORDER, "a/1/2");
  }

  @Test
  void theLogDoesNotBeginWhereItSays() {
    stands(acknowledged("a", 1, 1, 100, 10, 20));
    assertThatOnlyIsBroken(Rule.ORDER, "the log's beginning", "should be 0");
  }

  @Test
  void anIndeterminateAppendIsThereWithOtherBytes() {
    batch(0, "half of it", 1, 1, pending("a", 1, 1, 0, 10).id());
    assertThatOnlyIsBroken(Rule.ALL_OR_NOTHING, "append a/1/1", "half of it");
  }

  @Test
  void aRefusedAppendIsThere() {
    stands(append("a", 1, 1, 0, 10, 20, Outcome.REFUSED));
    assertThatOnlyIsBroken(Rule.ALL_OR_NOTHING, "append a/1/1", "refused");
  }

  @Test
  void anOldOwnerWritesBehindTheNewOne() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    stands(acknowledged("b", 2, 1, 100, 15, 30));
    stands(pending("a", 1, 2, 200, 25));
    assertThatOnlyIsBroken(Rule.FENCED, "a/1/2", "b/2/1", "later epoch");
  }

  @Test
  void anOldLeaderWritesBehindTheNewOne() {
    stands(acknowledged("a", 1, 1, 0, 10, 20), 1, 5);
    stands(acknowledged("a", 1, 2, 100, 10, 20), 1, 4);
    assertThatOnlyIsBroken(Rule.FENCED, "a/1/2", "later term");
  }

  @Test
  void twoClientsWereGivenTheSameEpoch() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    stands(acknowledged("b", 1, 1, 100, 10, 20));
    assertThatOnlyIsBroken(Rule.FENCED, "epoch 1 belongs to a and to b");
  }

  @Test
  void anAppendStandsBeforeOneThatWasCompleteBeforeItBegan() {
    stands(acknowledged("b", 1, 1, 0, 20, 30));
    stands(acknowledged("a", 2, 1, 100, 5, 10));
    assertThatOnlyIsBroken(Rule.REAL_TIME, "append a/2/1", "append b/1/1");
  }

  @Test
  void anIndeterminateAppendIsFoundBeforeOneThatWasCompleteBeforeItBegan() {
    stands(pending("b", 1, 1, 0, 20));
    stands(acknowledged("a", 2, 1, 100, 5, 10));
    assertThatOnlyIsBroken(Rule.REAL_TIME, "append b/1/1");
  }

  @Test
  void appendsThatOverlapInTimeMayStandInAnyOrder() {
    stands(acknowledged("b", 1, 1, 0, 10, 30));
    stands(acknowledged("a", 2, 1, 100, 5, 10));
    assertThat(findings()).isEmpty();
  }

  @Test
  void whatWasReadHasChanged() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    reads.add(new Read("r", 0, 100, "something else", 30));
    assertThatOnlyIsBroken(Rule.READ_IS_FINAL, "read by r at 30", "a/1/1");
  }

  @Test
  void whatWasReadIsGone() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    pending("a", 1, 2, 100, 15);
    reads.add(new Read("r", 100, 100, "hash of a/1/2", 30));
    assertThatOnlyIsBroken(Rule.READ_IS_FINAL, "no batch of the log begins there");
  }

  @Test
  void twoReadersWereGivenDifferentBytesEvenWhereTheLogIsTrimmed() {
    first = 1_000;
    reads.add(new Read("r", 0, 100, "one", 30));
    reads.add(new Read("s", 0, 100, "other", 40));
    assertThatOnlyIsBroken(Rule.READ_IS_FINAL, "read by r", "read by s");
  }

  @Test
  void aBatchIsThereThatNobodyAppended() {
    stands(acknowledged("a", 1, 1, 0, 10, 20));
    batch(100, "?", 1, 1, new BatchId("a", 1, 2));
    assertThatOnlyIsBroken(Rule.NOTHING_INVENTED, "nobody appended", "a/1/2");
  }

  @Test
  void aBatchIsThereWithoutAName() {
    batch(0, "?", 1, 1, null);
    assertThatOnlyIsBroken(Rule.NOTHING_INVENTED, "without a name");
  }

  @Test
  void aBatchIsThereUnderAnotherEpoch() {
    stands(acknowledged("a", 1, 1, 0, 10, 20), 2, 1);
    assertThatOnlyIsBroken(Rule.NOTHING_INVENTED, "a/1/1", "appended under epoch 1");
  }

  @Test
  void whatWasTrimmedIsNotMissed() {
    first = 200;
    acknowledged("a", 1, 1, 0, 10, 20);
    acknowledged("a", 1, 2, 100, 10, 20);
    stands(acknowledged("a", 1, 3, 200, 10, 20));
    reads.add(new Read("r", 0, 100, "hash of a/1/1", 25));
    assertThat(findings()).isEmpty();

    acknowledged("a", 1, 4, 150, 10, 20);
    assertThatOnlyIsBroken(Rule.ACKNOWLEDGED_IS_THERE, "a/1/4");
  }

  @Test
  void whatWasTrimmedStoodBeforeTheRest() {
    first = 100;
    acknowledged("a", 1, 1, 0, 50, 60);
    stands(acknowledged("b", 2, 1, 100, 10, 20));
    assertThatOnlyIsBroken(Rule.REAL_TIME, "append b/2/1", "append a/1/1");
  }

  @Test
  void aHistoryThatNamesTwoAppendsAlikeIsNone() {
    acknowledged("a", 1, 1, 0, 10, 20);
    acknowledged("a", 1, 1, 100, 10, 20);
    assertThatThrownBy(this::findings).hasMessageContaining("two appends are called a/1/1");
  }

  @Test
  void manyFindingsOfARuleAreCounted() {
    for (int i = 0; i < 100; i++) {
      acknowledged("a", 1, i, i * 100L, 10, 20);
    }
    assertThat(findings()).hasSize(21);
    assertThat(findings().getLast().text()).isEqualTo("and 80 more");
  }

  @Test
  void randomCorrectHistoriesHold() {
    for (long seed = 0; seed < 500; seed++) {
      assertThat(HistoryChecker.check(RandomHistory.of(seed))).as("seed %d", seed).isEmpty();
    }
  }

  /** What is done to a correct history. */
  enum Mutation {
    DROP {
      @Override
      void apply(List<Batch> log, int i) {
        log.remove(i);
      }
    },
    DROP_AND_CLOSE_UP {
      @Override
      void apply(List<Batch> log, int i) {
        log.remove(i);
        closeUp(log);
      }
    },
    DUPLICATE {
      @Override
      void apply(List<Batch> log, int i) {
        log.add(i, log.get(i));
      }
    },
    APPEND_AGAIN {
      @Override
      void apply(List<Batch> log, int i) {
        log.add(log.get(i));
        closeUp(log);
      }
    },
    SWAP {
      @Override
      void apply(List<Batch> log, int i) {
        log.set(i, log.set((i + 1) % log.size(), log.get(i)));
      }
    },
    SWAP_AND_CLOSE_UP {
      @Override
      void apply(List<Batch> log, int i) {
        SWAP.apply(log, i);
        closeUp(log);
      }
    },
    CHANGE_BYTES {
      @Override
      void apply(List<Batch> log, int i) {
        Batch b = log.get(i);
        log.set(i, new Batch(b.position(), b.length(), "changed", b.term(), b.epoch(), b.id()));
      }
    },
    CHANGE_EPOCH {
      @Override
      void apply(List<Batch> log, int i) {
        Batch b = log.get(i);
        log.set(i, new Batch(b.position(), b.length(), b.hash(), b.term(), b.epoch() + 1, b.id()));
      }
    },
    CHANGE_NAME {
      @Override
      void apply(List<Batch> log, int i) {
        Batch b = log.get(i);
        BatchId id = new BatchId("nobody", b.epoch(), 0);
        log.set(i, new Batch(b.position(), b.length(), b.hash(), b.term(), b.epoch(), id));
      }
    };

    abstract void apply(List<Batch> log, int i);

    static void closeUp(List<Batch> log) {
      long position = 0;
      for (int i = 0; i < log.size(); i++) {
        Batch b = log.get(i);
        log.set(i, new Batch(position, b.length(), b.hash(), b.term(), b.epoch(), b.id()));
        position += b.length();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Mutation.class)
  void noMutationOfACorrectHistoryGoesUnnoticed(Mutation mutation) {
    for (long seed = 0; seed < 500; seed++) {
      History history = RandomHistory.of(seed);
      List<Batch> mutated = new ArrayList<>();
      history.log().forEach(mutated::add);
      int at = new SplittableRandom(seed).nextInt(mutated.size());
      if (mutation.name().startsWith("DROP") && mayBeAbsent(history, mutated, at)) {
        continue;
      }
      mutation.apply(mutated, at);
      assertThat(
              HistoryChecker.check(
                  new History(history.appends(), history.reads(), history.first(), mutated)))
          .as("seed %d, batch %d", seed, at)
          .isNotEmpty();
    }
  }

  /** An indeterminate append at the very end, which nobody has read, may as well not be there. */
  private static boolean mayBeAbsent(History history, List<Batch> log, int at) {
    Batch batch = log.get(at);
    return at == log.size() - 1
        && history.reads().stream().noneMatch(read -> read.position() == batch.position())
        && history.appends().stream()
            .anyMatch(
                append ->
                    append.id().equals(batch.id()) && append.outcome() == Outcome.INDETERMINATE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anAcknowledgmentThatWasNotGivenInTruthIsNoticed(long seed) {
    History history = RandomHistory.of(seed);
    List<Append> claimed = new ArrayList<>();
    for (Append a : history.appends()) {
      claimed.add(
          a.outcome() != Outcome.REFUSED
              ? a
              : new Append(
                  a.id(),
                  a.position(),
                  a.length(),
                  a.hash(),
                  a.invokedAt(),
                  a.completedAt(),
                  Outcome.ACKNOWLEDGED));
    }
    boolean anyRefused = history.appends().stream().anyMatch(a -> a.outcome() == Outcome.REFUSED);
    assertThat(anyRefused).isTrue();
    assertThat(
            HistoryChecker.check(
                new History(claimed, history.reads(), history.first(), history.log())))
        .extracting(Finding::rule)
        .containsOnly(Rule.ACKNOWLEDGED_IS_THERE);
  }
}
