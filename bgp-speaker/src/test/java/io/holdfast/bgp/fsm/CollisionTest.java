package io.holdfast.bgp.fsm;

import static io.holdfast.bgp.fsm.Collision.Verdict.CLOSE_EXISTING;
import static io.holdfast.bgp.fsm.Collision.Verdict.CLOSE_NEWER;
import static io.holdfast.bgp.fsm.Collision.Verdict.KEEP_BOTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.fsm.Collision.Speaker;
import org.junit.jupiter.api.Test;

/** RFC 4271 section 6.8. */
class CollisionTest {
  private static final Speaker LOW = new Speaker(0x0A00_0001, 65001);
  private static final Speaker HIGH = new Speaker(0xC0A8_0001, 65002);

  @Test
  void keepsTheConnectionThatTheHigherIdentifierOpened() {
    assertThat(Collision.between(HIGH, LOW, SessionState.OPEN_CONFIRM, true, false))
        .isEqualTo(CLOSE_NEWER);
    assertThat(Collision.between(HIGH, LOW, SessionState.OPEN_CONFIRM, false, true))
        .isEqualTo(CLOSE_EXISTING);
    assertThat(Collision.between(LOW, HIGH, SessionState.OPEN_CONFIRM, true, false))
        .isEqualTo(CLOSE_EXISTING);
    assertThat(Collision.between(LOW, HIGH, SessionState.OPEN_CONFIRM, false, true))
        .isEqualTo(CLOSE_NEWER);
  }

  @Test
  void comparesTheAutonomousSystemsOfEqualIdentifiers() {
    Speaker same = new Speaker(LOW.identifier(), 65009);
    assertThat(Collision.between(same, LOW, SessionState.OPEN_CONFIRM, true, false))
        .isEqualTo(CLOSE_NEWER);
    assertThat(Collision.between(LOW, same, SessionState.OPEN_CONFIRM, true, false))
        .isEqualTo(CLOSE_EXISTING);
  }

  @Test
  void bothSidesComeToTheSameVerdict() {
    // One connection each: what the one calls ours is the other's.
    for (boolean existingIsOurs : new boolean[] {true, false}) {
      assertThat(
              Collision.between(
                  LOW, HIGH, SessionState.OPEN_CONFIRM, existingIsOurs, !existingIsOurs))
          .isEqualTo(
              Collision.between(
                  HIGH, LOW, SessionState.OPEN_CONFIRM, !existingIsOurs, existingIsOurs));
    }
  }

  @Test
  void waitsUntilTheOtherHasItsOpen() {
    assertThat(Collision.between(LOW, HIGH, SessionState.OPEN_SENT, true, false))
        .isEqualTo(KEEP_BOTH);
  }

  @Test
  void neverGivesUpAnEstablishedSession() {
    assertThat(Collision.between(LOW, HIGH, SessionState.ESTABLISHED, true, false))
        .isEqualTo(CLOSE_NEWER);
  }

  @Test
  void takesTheNewerOfTwoFromTheSameSide() {
    assertThat(Collision.between(LOW, HIGH, SessionState.OPEN_CONFIRM, false, false))
        .isEqualTo(CLOSE_EXISTING);
  }
}
