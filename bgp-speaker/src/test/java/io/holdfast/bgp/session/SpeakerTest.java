package io.holdfast.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.fsm.SessionState;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Timers, the stand-in, credit. */
class SpeakerTest {
  private static final long SECOND = 1_000_000;
  private static final RouterSettings ROUTER =
      new RouterSettings(65002, Prefixes.parseAddress("10.77.0.2"), List.of());

  private final SimulatedWorld world = new SimulatedWorld(ROUTER, -1);
  private final SimulatedPeer a = world.peer("a", 65001, "10.77.0.1");
  private final SimulatedPeer b = world.peer("b", 65003, "10.77.1.1");

  private static PathAttributes route(long... path) {
    return PathAttributes.builder()
        .origin(Origin.IGP)
        .asPath(AsPath.sequence(path))
        .nextHop(Prefixes.parseAddress("10.77.0.1"))
        .build();
  }

  /** Time goes by; peers that are named speak. */
  private void pass(int seconds, SimulatedPeer... speaking) {
    for (int i = 0; i < seconds; i++) {
      world.pass(SECOND / 2);
      world.settle();
      world.pass(SECOND / 2);
      for (SimulatedPeer peer : speaking) {
        peer.keepalive();
      }
      world.settle();
    }
  }

  private static byte[] keepalive() {
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(new Keepalive(), SessionOptions.INITIAL, out);
    byte[] octets = new byte[out.readableBytes()];
    out.readBytes(octets);
    return octets;
  }

  @Test
  void sendsAKeepaliveEachThirdOfTheHoldTime() {
    world.start();
    int before = a.keepalives;
    pass(95, a, b);
    assertThat(a.keepalives - before).isEqualTo(3);
  }

  @Test
  void endsTheSessionOfAPeerThatIsSilentForTheHoldTimeAndOnlyThat() {
    world.start();
    pass(85, b);
    assertThat(a.notifications).isEmpty();
    pass(10, b);
    assertThat(a.notifications)
        .containsExactly(Notification.of(NotificationCode.HOLD_TIMER_EXPIRED));
    assertThat(b.notifications).isEmpty();
    assertThat(b.connections).isEqualTo(1);
  }

  @Test
  void doesNotBlameThePeerForItsOwnAbsence() {
    world.start();
    world.pass(300 * SECOND);
    world.kill();
    world.attach();
    a.keepalive();
    b.keepalive();
    world.settle();
    pass(5, a, b);
    assertThat(a.notifications).isEmpty();
    assertThat(a.connections).isEqualTo(1);
  }

  @Test
  void armsTheStandInWhenEstablishedAndAgainAfterAReplay() {
    world.start();
    assertThat(world.armed).hasSize(2);
    assertThat(world.armed.getFirst().keepaliveMillis()).isEqualTo(30_000);
    assertThat(world.armed.getFirst().silenceMillis()).isEqualTo(90_000);
    world.kill();
    world.attach();
    assertThat(world.armed).hasSize(4);
  }

  @Test
  void takesTheStandInsKeepalivesForItsOwn() {
    world.start();
    world.pass(29 * SECOND);
    world.standIn(a, false, keepalive());
    world.kill();
    world.attach();
    world.settle();
    int before = a.keepalives;
    pass(20, a, b);
    assertThat(a.keepalives).isEqualTo(before);
    assertThat(a.complaints).isEmpty();
    assertThat(a.connections).isEqualTo(1);
  }

  @Test
  void beginsAnewWhereTheStandInSaidFarewell() {
    world.start();
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(
        Notification.of(NotificationCode.HOLD_TIMER_EXPIRED), SessionOptions.INITIAL, out);
    byte[] farewell = new byte[out.readableBytes()];
    out.readBytes(farewell);
    world.standIn(a, true, farewell);
    world.kill();
    world.attach();
    world.settle();
    assertThat(a.connections).isEqualTo(2);
    assertThat(a.established).isTrue();
    assertThat(a.complaints).isEmpty();
  }

  @Test
  void holdsRoutesBackWithoutCreditAndThenSendsTheNewestStateOnly() {
    world.start();
    world.creditLimit = 0;
    for (int i = 1; i <= 20; i++) {
      a.announce("192.0.2.0/24", route(65001, 65100 + i));
    }
    a.announce("198.51.100.0/24", route(65001));
    a.withdraw("198.51.100.0/24");
    world.settle();
    assertThat(b.told).isEmpty();
    int before = b.keepalives;
    pass(35, a, b);
    assertThat(b.keepalives).as("keepalives need no credit").isGreaterThan(before);

    int records = world.log.size();
    world.creditLimit = Long.MAX_VALUE;
    world.settle();

    assertThat(b.told).hasSize(1);
    assertThat(b.told.get(Prefixes.parse("192.0.2.0/24")).asPath())
        .hasToString("65002 65001 65120");
    assertThat(world.log.size() - records).as("one batch").isEqualTo(1);
    assertThat(b.complaints).isEmpty();
  }

  @Test
  void saysGoodbyeWhenTheOperatorStopsIt() {
    world.start();
    world.speaker().shutDown();
    assertThat(a.notifications)
        .containsExactly(Notification.of(NotificationCode.ADMINISTRATIVE_SHUTDOWN));
  }

  @Test
  void doesNotTakeItsOwnEchoForNews() {
    world.start();
    Session session = world.speaker().peers().getFirst().session();
    assertThat(session.sent().opens()).isEqualTo(1);
    assertThat(session.sent().keepalives()).isEqualTo(1);
  }

  @Test
  void showsWhatItIsDoing() {
    world.start();
    assertThat(world.speaker().peers())
        .extracting(Peer::state)
        .containsOnly(SessionState.ESTABLISHED);
    a.cease();
    world.settle();
    Peer peer = world.speaker().peers().getFirst();
    assertThat(peer.flaps()).isEqualTo(1);
    assertThat(peer.lastDownReason()).isEqualTo("the peer: Administrative Reset");
  }
}
