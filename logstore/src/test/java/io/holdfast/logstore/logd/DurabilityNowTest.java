package io.holdfast.logstore.logd;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.logstore.log.LogStatistics.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurabilityNowTest {
  private static Member member(String id, String role, long lag) {
    return new Member(id, id + ":1", role, lag);
  }

  private static final Member LEADER = member("a", "leader", 0);

  @Test
  void isWhatIsConfiguredWhileAllAnswer() {
    DurabilityNow now =
        DurabilityNow.of(
            List.of(LEADER, member("b", "follower", 0), member("c", "follower", 1_000)));
    assertThat(now.text()).isEqualTo("all of that");
    assertThat(now.spare()).hasValue(1);
  }

  @Test
  void isNoSpareMemberWhileOneOfThreeIsAway() {
    DurabilityNow now =
        DurabilityNow.of(
            List.of(LEADER, member("b", "follower", 3), member("c", "unreachable", -1)));
    assertThat(now.text())
        .isEqualTo("member c is away: until it is back the log stops if another is lost");
    assertThat(now.spare()).hasValue(0);
  }

  @Test
  void doesNotCountAMemberThatIsStillGivenWhatItLacks() {
    DurabilityNow now =
        DurabilityNow.of(
            List.of(LEADER, member("b", "follower", 90_000), member("c", "follower", 0)));
    assertThat(now.text())
        .isEqualTo(
            "member b lacks 90000 entries: until it is back the log stops if another is lost");
    assertThat(now.spare()).hasValue(0);
    assertThat(
            DurabilityNow.of(
                    List.of(LEADER, member("b", "follower", -1), member("c", "follower", 0)))
                .spare())
        .hasValue(0);
  }

  @Test
  void saysHowManyMoreOfFiveMayBeLost() {
    Member b = member("b", "follower", 0);
    Member c = member("c", "follower", 0);
    Member d = member("d", "follower", 0);
    Member away = member("e", "unreachable", -1);
    assertThat(DurabilityNow.of(List.of(LEADER, b, c, d, away)))
        .isEqualTo(
            new DurabilityNow(
                "member e is away: until it is back the log stops if two others are lost",
                java.util.OptionalInt.of(1)));
    assertThat(DurabilityNow.of(List.of(LEADER, b, c, member("d", "unreachable", -1), away)).text())
        .isEqualTo(
            "member d is away, member e is away: until they are back the log stops if another is"
                + " lost");
  }

  @Test
  void saysThatNothingIsCommittedWithoutAMajority() {
    DurabilityNow now =
        DurabilityNow.of(
            List.of(LEADER, member("b", "unreachable", -1), member("c", "follower", 5_000)));
    assertThat(now.text())
        .isEqualTo(
            "member b is away, member c lacks 5000 entries: nothing is committed before a majority"
                + " has it");
    assertThat(now.spare()).hasValue(0);
  }

  @Test
  void claimsNothingOfAGroupThatItDoesNotLead() {
    DurabilityNow now =
        DurabilityNow.of(List.of(member("b", "follower", -1), member("a", "other", -1)));
    assertThat(now.text()).contains("only the leader knows");
    assertThat(now.spare()).isEmpty();
    assertThat(
            DurabilityNow.of(List.of(member("b", "rebuilding", -1), member("a", "other", -1)))
                .text())
        .contains("being rebuilt");
  }

  @Test
  void isAllThatAMemberAloneHas() {
    assertThat(DurabilityNow.of(List.of(LEADER)).text()).isEqualTo("all of that");
    assertThat(DurabilityNow.of(List.of(LEADER)).spare()).hasValue(0);
  }
}
