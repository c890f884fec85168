package io.holdfast.lab.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Workspace;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Members die by SIGKILL while they append, sync, trim, make checkpoints, start, catch up and are
 * replaced. {@code lab/crash-matrix log} is the long form.
 */
final class CrashRoundsTest {
  private static final long SEED = 20_090;
  private static final int ROUNDS = 24;

  @Test
  void nothingThatWasCommittedIsLostOrTwiceOrOutOfOrderWhoeverDiesWhenever() {
    try (Workspace workspace = Workspace.create(Owner.thisProcess(), "crash")) {
      CrashRounds rounds =
          new CrashRounds(workspace.folder(), JavaCommand.shortLived(), SEED, text -> {});
      List<CrashRounds.Result> results = rounds.play(ROUNDS, Arrays.asList(Placement.values()));
      if (results.stream().anyMatch(result -> result.failure() != null)) {
        workspace.stay();
      }
      assertThat(results)
          .hasSize(Placement.values().length)
          .allSatisfy(
              result -> {
                assertThat(result.failure()).isNull();
                assertThat(result.acknowledged()).isPositive();
                assertThat(result.deaths()).isNotEmpty();
              });
    }
  }
}
