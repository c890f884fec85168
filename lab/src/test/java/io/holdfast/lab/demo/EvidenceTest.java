package io.holdfast.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.capture.BgpMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvidenceTest {
  private static final String PREFIX = "10.0.0.0/8";

  private static BgpMessage announce(int second) {
    return update(second, List.of(PREFIX), List.of());
  }

  private static BgpMessage withdraw(int second) {
    return update(second, List.of(), List.of(PREFIX));
  }

  private static BgpMessage update(int second, List<String> announced, List<String> withdrawn) {
    return new BgpMessage(second * 1_000_000L, 0, 30, BgpMessage.UPDATE, announced, withdrawn, "");
  }

  @Test
  void aWithdrawalThatTheAnnouncerMadeIsTrue() {
    assertThat(
            Evidence.falseWithdrawals(
                List.of(announce(1), withdraw(3)), List.of(announce(2), withdraw(4)), 0))
        .isEmpty();
  }

  @Test
  void aWithdrawalThatIsOvertakenByANewAnnouncementIsTrue() {
    assertThat(
            Evidence.falseWithdrawals(
                List.of(announce(1), withdraw(3), announce(4)),
                List.of(announce(2), withdraw(5), announce(6)),
                0))
        .isEmpty();
  }

  @Test
  void aWithdrawalOfAValidRouteIsFound() {
    assertThat(
            Evidence.falseWithdrawals(
                List.of(announce(1)), List.of(announce(2), withdraw(3), announce(4)), 0))
        .containsExactly(PREFIX);
  }

  @Test
  void aSecondWithdrawalThatNobodyMadeIsFound() {
    assertThat(
            Evidence.falseWithdrawals(
                List.of(announce(1), withdraw(3), announce(5)),
                List.of(announce(2), withdraw(4), announce(6), withdraw(7)),
                0))
        .containsExactly(PREFIX);
  }

  @Test
  void anOldWithdrawalAccountsForNothingLongAfterwards() {
    assertThat(
            Evidence.falseWithdrawals(
                List.of(announce(1), withdraw(3), announce(4)),
                List.of(announce(2), withdraw(60)),
                0))
        .containsExactly(PREFIX);
  }
}
