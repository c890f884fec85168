package io.holdfast.bgp.wire.nlri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixesTest {
  @Test
  void textAndOctetsComeBackAsTheyWere() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 5_000; i++) {
      long prefix = Prefixes.of(random.nextInt(), random.nextInt(33));
      assertThat(Prefixes.parse(Prefixes.text(prefix))).as("seed %d", seed).isEqualTo(prefix);
      ByteBuf out = Unpooled.buffer();
      NlriCodec.encode(prefix, out);
      assertThat(out.readableBytes()).isEqualTo(Prefixes.encodedLength(prefix));
      assertThat(NlriCodec.decode(out, 0, out.readableBytes())).isEqualTo(Nlri.of(prefix));
    }
  }

  @Test
  void prefixesSortByAddressAndThenByLength() {
    assertThat(Prefixes.parse("10.0.0.0/8")).isLessThan(Prefixes.parse("10.0.0.0/9"));
    assertThat(Prefixes.parse("10.0.0.0/9")).isLessThan(Prefixes.parse("192.0.2.0/24"));
    assertThat(Prefixes.parse("255.255.255.255/32")).isPositive();
    assertThat(Prefixes.parse("0.0.0.0/0")).isEqualTo(Prefixes.DEFAULT_ROUTE);
  }

  @Test
  void aPrefixCoversItselfAndWhatLiesWithin() {
    long outer = Prefixes.parse("192.0.2.0/25");
    assertThat(Prefixes.covers(outer, outer)).isTrue();
    assertThat(Prefixes.covers(outer, Prefixes.parse("192.0.2.64/26"))).isTrue();
    assertThat(Prefixes.covers(outer, Prefixes.parse("192.0.2.128/26"))).isFalse();
    assertThat(Prefixes.covers(outer, Prefixes.parse("192.0.2.0/24"))).isFalse();
    assertThat(Prefixes.covers(Prefixes.DEFAULT_ROUTE, outer)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1/8",
        "10.0.0.0",
        "10.0.0.0/33",
        "2001:db8::/32",
        "",
        "*",
        "peer",
        "1.2.3.0-9/24"
      })
  void refusesWhatIsNoPrefix(String text) {
    assertThatThrownBy(() -> Prefixes.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "10.0.0", "::1", "", "*"})
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> Prefixes.parseAddress(text))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
