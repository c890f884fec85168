package io.holdfast.bgp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.bgp.policy.Policy.Statement;
import io.holdfast.bgp.policy.PrefixSet.Range;
import io.holdfast.bgp.wire.nlri.Prefixes;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final PrefixSet TEN =
      new PrefixSet("ten", List.of(new Range(Prefixes.parse("10.0.0.0/8"), 16, 24)));

  private static long prefix(String text) {
    return Prefixes.parse(text);
  }

  @Test
  void matchesLengthsFromAndToAndNothingElse() {
    assertThat(TEN.contains(prefix("10.1.0.0/16"))).isTrue();
    assertThat(TEN.contains(prefix("10.1.2.0/24"))).isTrue();
    assertThat(TEN.contains(prefix("10.0.0.0/15"))).isFalse();
    assertThat(TEN.contains(prefix("10.1.2.0/25"))).isFalse();
    assertThat(TEN.contains(prefix("11.1.0.0/16"))).isFalse();
    assertThat(TEN.contains(prefix("0.0.0.0/0"))).isFalse();
  }

  @Test
  void refusesARangeThatHoldsNothing() {
    assertThatThrownBy(() -> new Range(prefix("10.0.0.0/8"), 7, 24))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Range(prefix("10.0.0.0/8"), 24, 33))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void letsTheFirstStatementThatMatchesDecide() {
    Policy policy = new Policy("p", List.of(new Statement(TEN, false), new Statement(null, true)));
    assertThat(policy.accepts(prefix("10.1.0.0/16"))).isFalse();
    assertThat(policy.accepts(prefix("10.0.0.0/8"))).isTrue();
  }

  @Test
  void rejectsWhatNoStatementTakes() {
    Policy policy = new Policy("p", List.of(new Statement(TEN, true)));
    assertThat(policy.accepts(prefix("10.1.0.0/16"))).isTrue();
    assertThat(policy.accepts(prefix("192.0.2.0/24"))).isFalse();
    assertThat(Policy.REJECT_ALL.accepts(prefix("192.0.2.0/24"))).isFalse();
    assertThat(Policy.ACCEPT_ALL.accepts(prefix("192.0.2.0/24"))).isTrue();
  }
}
