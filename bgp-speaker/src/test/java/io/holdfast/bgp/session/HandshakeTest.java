package io.holdfast.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.fsm.SessionState;
import io.holdfast.bgp.policy.Policy;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.message.BgpFrameDecoder;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Opening connections, collisions, OPENs that are refused. */
class HandshakeTest {
  private static final int THEIR_ID = Prefixes.parseAddress("10.77.0.1");
  private static final int OUR_ID = Prefixes.parseAddress("10.77.0.2");
  private static final Notification COLLISION =
      Notification.of(NotificationCode.CONNECTION_COLLISION);

  private final Map<Long, List<BgpMessage>> said = new HashMap<>();
  private final List<Long> closed = new ArrayList<>();
  private final List<Long> requests = new ArrayList<>();
  private final Map<Long, Long> offsets = new HashMap<>();
  private long micros = 1_000_000_000L;

  private final Transport transport =
      new Transport() {
        @Override
        public void send(long connection, ByteBuf messages, boolean last) {
          new BgpFrameDecoder(BgpMessage.MAX_LENGTH)
              .feed(
                  messages,
                  whole ->
                      said.computeIfAbsent(connection, c -> new ArrayList<>())
                          .add((BgpMessage) MessageCodec.decode(whole, SessionOptions.INITIAL)));
          messages.release();
        }

        @Override
        public void connect(long request, PeerSettings peer) {
          requests.add(request);
        }

        @Override
        public void close(long connection, boolean abort) {
          closed.add(connection);
        }

        @Override
        public void arm(long connection, Arming arming) {}

        @Override
        public long credit(long connection) {
          return 0;
        }
      };

  private final Surroundings surroundings =
      new Surroundings() {
        @Override
        public long micros() {
          return micros;
        }

        @Override
        public long network(int localAddress) {
          return -1;
        }

        @Override
        public double random() {
          return 1;
        }

        @Override
        public void wake() {}
      };

  private Speaker speaker(boolean passive) {
    PeerSettings peer =
        new PeerSettings(
            "a",
            THEIR_ID,
            179,
            0,
            65001,
            false,
            passive,
            9,
            5_000,
            Policy.ACCEPT_ALL,
            Policy.ACCEPT_ALL,
            false);
    RouterSettings router = new RouterSettings(65002, OUR_ID, List.of());
    return new Speaker(router, List.of(peer), transport, surroundings);
  }

  private Speaker active(boolean passive) {
    Speaker speaker = speaker(passive);
    speaker.activate(1);
    speaker.tick();
    return speaker;
  }

  private void opened(Speaker speaker, long connection, boolean ours) {
    long request = ours ? requests.getLast() : 0;
    speaker.opened(connection, new Opening(OUR_ID, 179, THEIR_ID, 40_000, ours, request), micros);
  }

  private void hear(Speaker speaker, long connection, BgpMessage message) {
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(message, SessionOptions.INITIAL, out);
    long offset = offsets.getOrDefault(connection, 0L);
    offsets.put(connection, offset + out.readableBytes());
    speaker.received(connection, offset, out, micros);
  }

  private static Open open(long as, int holdTime, int id) {
    return Open.of(as, holdTime, id, List.of(AfiSafi.IPV4_UNICAST));
  }

  private static SessionState state(Speaker speaker) {
    return speaker.peers().getFirst().state();
  }

  @Test
  void connectsAtOnceAndAgainAfterThePause() {
    Speaker speaker = active(false);
    assertThat(requests).hasSize(1);
    assertThat(state(speaker)).isEqualTo(SessionState.CONNECT);
    speaker.connectFailed(requests.getFirst());
    assertThat(state(speaker)).isEqualTo(SessionState.ACTIVE);
    micros += 4_999_000;
    speaker.tick();
    assertThat(requests).hasSize(1);
    micros += 1_000;
    speaker.tick();
    assertThat(requests).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void waitsForAPassivePeer() {
    Speaker speaker = active(true);
    micros += 600_000_000;
    speaker.tick();
    assertThat(requests).isEmpty();
    opened(speaker, 1, false);
    assertThat(said.get(1L)).hasSize(1).first().isInstanceOf(Open.class);
  }

  @Test
  void becomesEstablishedOverAConnectionOfItsOwn() {
    Speaker speaker = active(false);
    opened(speaker, 1, true);
    hear(speaker, 1, open(65001, 9, THEIR_ID));
    assertThat(state(speaker)).isEqualTo(SessionState.OPEN_CONFIRM);
    hear(speaker, 1, new Keepalive());
    assertThat(state(speaker)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(said.get(1L)).extracting(Object::getClass).startsWith(Open.class, Keepalive.class);
  }

  @Test
  void keepsTheConnectionOfTheHigherIdentifierWhenTwoCollide() {
    Speaker speaker = active(false);
    opened(speaker, 1, true);
    opened(speaker, 2, false);
    hear(speaker, 2, open(65001, 9, THEIR_ID));
    assertThat(closed).isEmpty();
    hear(speaker, 1, open(65001, 9, THEIR_ID));
    // Ours is higher, so the one that they opened goes.
    assertThat(said.get(2L)).last().isEqualTo(COLLISION);
    assertThat(closed).containsExactly(2L);
    hear(speaker, 1, new Keepalive());
    assertThat(state(speaker)).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void turnsASecondConnectionAwayWhileEstablished() {
    becomesEstablishedOverAConnectionOfItsOwn();
    Speaker speaker = active(false);
    opened(speaker, 3, false);
    hear(speaker, 3, open(65001, 9, THEIR_ID));
    hear(speaker, 3, new Keepalive());
    opened(speaker, 4, false);
    hear(speaker, 4, open(65001, 9, THEIR_ID));
    assertThat(said.get(4L)).last().isEqualTo(COLLISION);
    assertThat(state(speaker)).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void refusesWhatTheOpenMayNotSay() {
    Map<Open, NotificationCode> refused =
        Map.of(
            open(65009, 9, THEIR_ID), NotificationCode.BAD_PEER_AS,
            Open.of(65001, 9, THEIR_ID, List.of(AfiSafi.IPV6_UNICAST)),
                NotificationCode.UNSUPPORTED_CAPABILITY);
    long[] connection = {0};
    refused.forEach(
        (open, code) -> {
          Speaker speaker = active(true);
          opened(speaker, ++connection[0], false);
          hear(speaker, connection[0], open);
          Notification last = (Notification) said.get(connection[0]).getLast();
          assertThat(NotificationCode.of(last.code(), last.subcode())).isEqualTo(code);
          assertThat(closed).contains(connection[0]);
        });
  }

  @Test
  void closesConnectionsOfStrangers() {
    Speaker speaker = active(true);
    speaker.opened(7, new Opening(OUR_ID, 179, 0x0A00_0009, 40_000, false, 0), micros);
    assertThat(closed).containsExactly(7L);
    assertThat(said).isEmpty();
  }

  @Test
  void startsAHandshakeAnewThatTheLogShowsUnfinished() {
    Speaker first = active(true);
    opened(first, 1, false);
    Speaker next = speaker(true);
    opened(next, 1, false);
    ByteBuf sent = Unpooled.buffer();
    MessageCodec.encode(said.get(1L).getFirst(), SessionOptions.INITIAL, sent);
    next.sent(1, 0, 1, false, false, sent, micros);
    offsets.clear();
    hear(next, 1, open(65001, 9, THEIR_ID));
    assertThat(said.get(1L)).hasSize(1);

    next.activate(2);

    assertThat(said.get(1L)).last().isEqualTo(Notification.of(NotificationCode.CEASE));
    assertThat(closed).containsExactly(1L);
  }

  @Test
  void stillSendsTheKeepaliveThatTheLogShowsAsOwed() {
    Speaker next = speaker(true);
    opened(next, 1, false);
    Open ours = open(65002, 9, OUR_ID);
    ByteBuf sent = Unpooled.buffer();
    MessageCodec.encode(ours, SessionOptions.INITIAL, sent);
    next.sent(1, 0, 1, false, false, sent, micros);
    hear(next, 1, open(65001, 9, THEIR_ID));
    hear(next, 1, new Keepalive());
    assertThat(said).isEmpty();

    next.activate(2);

    assertThat(state(next)).isEqualTo(SessionState.ESTABLISHED);
    assertThat(said.get(1L)).containsExactly(new Keepalive());
    assertThat(closed).isEmpty();
  }

  @Test
  void skipsBytesThatItHasFoldedBefore() {
    Speaker speaker = active(true);
    opened(speaker, 1, false);
    hear(speaker, 1, open(65001, 9, THEIR_ID));
    offsets.put(1L, 0L);
    hear(speaker, 1, open(65001, 9, THEIR_ID));
    assertThat(state(speaker)).isEqualTo(SessionState.OPEN_CONFIRM);
    hear(speaker, 1, new Keepalive());
    assertThat(state(speaker)).isEqualTo(SessionState.ESTABLISHED);
  }

  @Test
  void waitsLongerAfterEachFailure() {
    Speaker speaker = active(false);
    int[] waited = new int[4];
    for (int i = 0; i < waited.length; i++) {
      opened(speaker, 10 + i, true);
      hear(speaker, 10 + i, Notification.of(NotificationCode.CEASE));
      int before = requests.size();
      while (requests.size() == before) {
        micros += 1_000_000;
        waited[i]++;
        speaker.tick();
      }
    }
    assertThat(waited).containsExactly(1, 2, 4, 8);
  }
}
