package io.holdfast.bgp.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.decision.Step;
import io.holdfast.bgp.policy.Policy;
import io.holdfast.bgp.policy.PrefixSet;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.BgpFrameDecoder;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.message.Update;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RibTest {
  private static final int US = Prefixes.parseAddress("10.77.0.2");
  private static final long PREFIX = Prefixes.parse("192.0.2.0/24");
  private static final long OTHER = Prefixes.parse("198.51.100.0/24");

  private final Rib rib = new Rib(65002, US);
  private final Side a = side("a", 65001, "10.77.0.1");
  private final Side b = side("b", 65003, "10.77.0.3");
  private final Side c = side("c", 65002, "10.77.0.4");
  private final Side d = side("d", 65002, "10.77.0.5");

  /** A session: both tables. */
  private record Side(AdjRibIn in, AdjRibOut out) {}

  private Side side(String name, long as, String address) {
    return side(name, as, address, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, -1);
  }

  private Side side(
      String name, long as, String address, Policy imports, Policy exports, long connected) {
    boolean internal = as == 65002;
    int bits = Prefixes.parseAddress(address);
    Neighbor neighbor =
        new Neighbor(
            name,
            as,
            internal,
            bits,
            bits,
            US,
            connected,
            imports,
            exports,
            false,
            SessionOptions.of(true, internal));
    AdjRibIn in = rib.join(neighbor);
    AdjRibOut out = rib.tell(neighbor, in);
    out.speak();
    return new Side(in, out);
  }

  private static PathAttributes.Builder route(String nextHop, long... path) {
    return PathAttributes.builder()
        .origin(Origin.IGP)
        .asPath(AsPath.sequence(path))
        .nextHop(Prefixes.parseAddress(nextHop));
  }

  private void announce(Side side, PathAttributes attributes, long... prefixes) {
    rib.announce(side.in(), attributes, Nlri.of(prefixes));
  }

  /** All that is sent to this side now. */
  private static List<Update> sent(Side side) {
    ByteBuf out = Unpooled.buffer();
    assertThat(side.out().compare(System.nanoTime() + 1_000_000_000L)).isFalse();
    while (side.out().busy()) {
      side.out().fill(out);
      if (side.out().owesEndOfRib()) {
        side.out().endOfRibTold();
      }
    }
    List<Update> updates = new ArrayList<>();
    SessionOptions options = side.out().neighbor().options();
    new BgpFrameDecoder(BgpMessage.MAX_LENGTH)
        .feed(out, whole -> updates.add((Update) MessageCodec.decode(whole, options)));
    return updates;
  }

  private static PathAttributes only(List<Update> updates) {
    assertThat(updates).hasSize(1);
    assertThat(updates.getFirst().announced()).isEqualTo(Nlri.of(PREFIX));
    return updates.getFirst().attributes();
  }

  @Test
  void putsOurAsAndAddressIntoWhatAnExternalPeerGets() {
    announce(a, route("10.77.0.1", 65001).med(7).build(), PREFIX);
    assertThat(only(sent(b))).isEqualTo(route("10.77.0.2", 65002, 65001).build());
  }

  @Test
  void givesAnInternalPeerLocalPrefAndTheNextHopAsItWas() {
    announce(a, route("10.77.0.1", 65001).med(7).build(), PREFIX);
    assertThat(only(sent(c))).isEqualTo(route("10.77.0.1", 65001).med(7).localPref(100).build());
  }

  @Test
  void sendsNothingBackAndNothingInternalToInternalPeers() {
    announce(a, route("10.77.0.1", 65001).build(), PREFIX);
    announce(c, route("10.77.0.1", 65009).build(), OTHER);
    assertThat(sent(a)).noneMatch(update -> update.announced().equals(Nlri.of(PREFIX)));
    assertThat(sent(d)).noneMatch(update -> update.announced().equals(Nlri.of(OTHER)));
    assertThat(sent(b)).hasSize(2);
  }

  @Test
  void refusesLoopsAndNextHopsThatCannotBe() {
    long shared = Prefixes.parse("10.77.0.0/24");
    Side near = side("near", 65007, "10.77.0.7", Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, shared);
    announce(a, route("10.77.0.1", 65001, 65002).build(), PREFIX);
    assertThat(rib.best(PREFIX)).as("our AS in the path").isNull();
    for (String nextHop : List.of("10.77.0.2", "127.0.0.1", "224.0.0.1", "10.99.0.1")) {
      announce(near, route(nextHop, 65007).build(), PREFIX);
      assertThat(rib.best(PREFIX)).as(nextHop).isNull();
    }
    announce(near, route("10.77.0.99", 65007).build(), PREFIX);
    assertThat(rib.best(PREFIX)).as("somebody on the shared network").isNotNull();
    assertThat(near.in().size()).isEqualTo(1);
  }

  @Test
  void keepsRejectedRoutesInTheAdjRibIn() {
    PrefixSet set = new PrefixSet("s", List.of(new PrefixSet.Range(PREFIX, 24, 24)));
    Policy rejecting =
        new Policy(
            "p", List.of(new Policy.Statement(set, false), new Policy.Statement(null, true)));
    Side picky = side("picky", 65008, "10.77.0.8", rejecting, rejecting, -1);
    announce(picky, route("10.77.0.8", 65008).build(), PREFIX, OTHER);
    assertThat(picky.in().size()).isEqualTo(2);
    assertThat(rib.best(PREFIX)).isNull();
    assertThat(rib.best(OTHER)).isNotNull();
    announce(a, route("10.77.0.1", 65001).build(), PREFIX);
    assertThat(sent(picky)).isEmpty();
  }

  @Test
  void obeysTheWellKnownCommunities() {
    announce(a, route("10.77.0.1", 65001).communities(Export.NO_EXPORT).build(), PREFIX);
    announce(a, route("10.77.0.1", 65001).communities(Export.NO_ADVERTISE).build(), OTHER);
    assertThat(sent(b)).isEmpty();
    assertThat(sent(c)).hasSize(1);
  }

  @Test
  void sendsOnlyTheNewestOfManyChanges() {
    announce(a, route("10.77.0.1", 65001).build(), PREFIX);
    announce(a, route("10.77.0.1", 65001, 65010).build(), PREFIX);
    rib.withdraw(a.in(), Nlri.of(PREFIX));
    announce(a, route("10.77.0.1", 65001, 65011).build(), PREFIX);
    assertThat(only(sent(b)).asPath()).hasToString("65002 65001 65011");
    rib.withdraw(a.in(), Nlri.of(PREFIX));
    announce(a, route("10.77.0.1", 65001, 65011).build(), PREFIX);
    assertThat(sent(b)).as("nothing changed in the end").isEmpty();
  }

  @Test
  void fallsBackToTheNextBestWhenASessionGoes() {
    announce(a, route("10.77.0.1", 65001).build(), PREFIX);
    announce(c, route("10.77.0.9", 65005, 65006).build(), PREFIX);
    assertThat(rib.best(PREFIX).step()).isEqualTo(Step.AS_PATH_LENGTH);
    sent(b);
    rib.leave(a.in());
    assertThat(rib.work(System.nanoTime() + 1_000_000_000L)).isFalse();
    assertThat(rib.best(PREFIX).step()).isEqualTo(Step.ONLY_ROUTE);
    assertThat(only(sent(b)).asPath()).hasToString("65002 65005 65006");
  }

  @Test
  void learnsFromTheLogWhatWasSentAndRepeatsNothing() {
    announce(a, route("10.77.0.1", 65001).build(), PREFIX, OTHER);
    Neighbor neighbor = b.out().neighbor();
    AdjRibOut again = rib.tell(neighbor, b.in());
    long stale = Prefixes.parse("203.0.113.0/24");
    PathAttributes told = route("10.77.0.2", 65002, 65001).build();
    again.told(Update.announce(told, Nlri.of(PREFIX, stale)));
    again.told(Update.END_OF_RIB);
    again.speak();

    List<Update> updates = sent(new Side(b.in(), again));

    assertThat(updates)
        .containsExactlyInAnyOrder(
            Update.withdraw(Nlri.of(stale)), Update.announce(told, Nlri.of(OTHER)));
  }

  @Test
  void tellsEverythingAgainAfterARefresh() {
    announce(a, route("10.77.0.1", 65001).build(), PREFIX);
    sent(b);
    b.out().refresh();
    only(sent(b));
    assertThat(sent(b)).isEmpty();
  }

  @Test
  void packsRoutesWithEqualAttributesIntoOneMessage() {
    for (int i = 0; i < 500; i++) {
      long prefix = Prefixes.of(0x6440_0000 + (i << 8), 24);
      announce(a, route("10.77.0.1", 65001, 65010 + i % 2).build(), prefix);
    }
    AdjRibOut late = rib.tell(b.out().neighbor(), b.in());
    late.speak();
    assertThat(sent(new Side(b.in(), late))).hasSize(2);
  }

  @Test
  void keepsOneObjectForEqualAttributesAndForgetsThemWhenUnused() {
    for (int i = 0; i < 2_000; i++) {
      announce(a, route("10.77.0.1", 65001, 100_000 + i).build(), PREFIX);
    }
    announce(b, route("10.77.0.1", 65001, 101_999).build(), PREFIX);
    assertThat(b.in().route(PREFIX)).isSameAs(a.in().route(PREFIX));
    org.awaitility.Awaitility.await()
        .until(
            () -> {
              System.gc();
              return rib.attributeSets() < 100;
            });
  }
}
