package io.holdfast.logstore.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** A member that may have lost its disk, of three. */
final class VoteGuardTest {
  private final VoteGuard guard = new VoteGuard(true);

  private void lost() {
    guard.close(Set.of("b", "c"));
  }

  @Test
  void votesWhileNothingIsKnownToBeLost() {
    assertThat(guard.mayVote(1)).isTrue();
    assertThat(guard.mayStand()).isTrue();
  }

  @Test
  void ofAMemberThatNeverLeadsVotesAndDoesNotStand() {
    VoteGuard never = new VoteGuard(false);
    assertThat(never.mayVote(1)).isTrue();
    assertThat(never.mayStand()).isFalse();
  }

  @Test
  void doesNotVoteBeforeEveryOtherMemberWasHeard() {
    lost();
    guard.heard("b", 7, 600);
    assertThat(guard.reached(600, 7)).isFalse();
    guard.heard("c", 6, 500);
    assertThat(guard.mayVote(8)).isFalse();
    assertThat(guard.reached(600, 7)).isTrue();
    assertThat(guard.mayVote(8)).isTrue();
    assertThat(guard.mayVote(7)).isFalse();
  }

  @Test
  void waitsForAllThatAnOtherMemberHadEvenWhileTheLeaderOfThatTermStillLeads() {
    lost();
    guard.heard("b", 7, 600); // leads, and committed 501 to 600 with the help of what is lost
    guard.heard("c", 7, 500);
    assertThat(guard.reached(100, 7)).isFalse();
    assertThat(guard.reached(599, 7)).isFalse();
    assertThat(guard.mayVote(8)).isFalse();
    assertThat(guard.reached(600, 7)).isTrue();
  }

  @Test
  void doesNotWaitForWhatWasAppendedAfterAMemberWasHeard() {
    lost();
    guard.heard("b", 7, 600);
    guard.heard("b", 7, 9_000);
    guard.heard("c", 7, 500);
    assertThat(guard.reached(600, 7)).isTrue();
  }

  @Test
  void waitsForAnEntryOfALaterTermIfOneHasBegun() {
    lost();
    guard.heard("b", 7, 600);
    guard.heard("c", 9, 500);
    assertThat(guard.reached(601, 8)).isFalse();
    assertThat(guard.reached(602, 9)).isTrue();
    assertThat(guard.mayVote(9)).isFalse();
    assertThat(guard.mayVote(10)).isTrue();
  }
}
