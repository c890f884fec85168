package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.capture.BgpMessage;
import io.holdfast.lab.capture.BgpMessages;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.capture.TcpStreams;
import io.holdfast.lab.demo.Evidence;
import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.frr.NeighborView;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.PairOfPeers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A moment at which all was well, and the question whether a peer has noticed anything since. The
 * capture has to run from before the sessions were opened, so that their streams can be read.
 */
final class Watch {
  /** FRR counts whole seconds, at either end of an interval. */
  private static final long CLOCK_MILLIS = 2_000;

  private static final long CALM_MICROS = 1_500_000;
  private static final Duration CALM_LIMIT = Duration.ofSeconds(20);

  private final PairOfPeers pair;
  private final Capture capture;
  private final long since = now();
  private final Optional<NeighborView> a;
  private final NeighborView b;

  private Watch(PairOfPeers pair, Capture capture, boolean withA) {
    this.pair = pair;
    this.capture = capture;
    a = withA ? Optional.of(viewOfA()) : Optional.empty();
    b = viewOfB();
    a.ifPresent(view -> assertThat(view.established()).isTrue());
    assertThat(b.established()).isTrue();
  }

  /**
   * Begins to watch; both sessions have to be Established. The connection that lost a collision may
   * end a moment after the other one is, so it waits for calm first.
   */
  static Watch begin(PairOfPeers pair, Capture capture) {
    Waiting.until("calm", CALM_LIMIT, () -> ends(capture, now() - CALM_MICROS).isEmpty());
    return new Watch(pair, capture, true);
  }

  /** Begins to watch b alone, where there is no FRR a. */
  static Watch beginWithB(PairOfPeers pair, Capture capture) {
    return new Watch(pair, capture, false);
  }

  /** Microseconds since 1970. */
  static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** When it began. */
  long since() {
    return since;
  }

  NeighborView viewOfA() {
    return view(pair.a(), PairOfPeers.H_TO_A);
  }

  NeighborView viewOfB() {
    return view(pair.b(), PairOfPeers.H_TO_B);
  }

  private static NeighborView view(FrrRouter router, String neighbor) {
    return router
        .neighbor(neighbor)
        .orElseThrow(() -> new LabFailure("FRR does not know " + neighbor));
  }

  /** How long b's session has been up since the beginning, by b's clock. */
  long secondsByTheClockOfB() {
    return (viewOfB().uptimeMillis() - b.uptimeMillis()) / 1000;
  }

  /** Neither peer saw anything end, by its own counters and by the capture. */
  void assertThatNobodyNoticed() {
    a.ifPresent(start -> assertUnbroken("a", start, viewOfA()));
    assertThatBNoticedNothing();
    Evidence evidence = evidence();
    assertThat(evidence.notifications()).as("NOTIFICATIONs").isZero();
    assertThat(ends()).as("FINs and RSTs").isEmpty();
    assertThat(evidence.opens()).as("OPENs").isZero();
    assertThat(evidence.falseWithdrawals()).as("withdrawals of valid routes").isEmpty();
    assertThat(evidence.flaws()).as("flaws in the streams").isEmpty();
  }

  /** The same for b alone, by its counters. */
  void assertThatBNoticedNothing() {
    assertUnbroken("b", b, viewOfB());
  }

  private void assertUnbroken(String name, NeighborView start, NeighborView end) {
    long watched = (now() - since) / 1000;
    assertThat(end.state()).as("state at %s", name).isEqualTo("Established");
    assertThat(end.connectionsDropped())
        .as("connectionsDropped at %s", name)
        .isEqualTo(start.connectionsDropped());
    assertThat(end.connectionsEstablished())
        .as("connectionsEstablished at %s", name)
        .isEqualTo(start.connectionsEstablished());
    assertThat(end.uptimeMillis())
        .as("peerUptimeMsec at %s", name)
        .isGreaterThanOrEqualTo(start.uptimeMillis() + watched - CLOCK_MILLIS);
  }

  /** FIN and RST since the beginning, in words. */
  private List<String> ends() {
    return ends(capture, since);
  }

  private static List<String> ends(Capture capture, long since) {
    List<String> ends = new ArrayList<>();
    for (String device : List.of(PairOfPeers.DEVICE_A, PairOfPeers.DEVICE_B)) {
      for (TcpConversation conversation : TcpStreams.read(capture.file(device)).bgp()) {
        for (TcpDirection direction : conversation.directions()) {
          direction.flags().stream()
              .filter(flag -> flag.micros() >= since && !flag.name().equals("SYN"))
              .forEach(flag -> ends.add(words(conversation, direction, flag, since)));
        }
      }
    }
    return ends;
  }

  private static String words(
      TcpConversation conversation, TcpDirection from, TcpDirection.Flag flag, long since) {
    return "%s from %s of %s, %d bytes sent, after %d ms"
        .formatted(
            flag.name(), from.from(), conversation, from.length(), (flag.micros() - since) / 1000);
  }

  /** What the capture shows since the beginning. */
  Evidence evidence() {
    return Evidence.since(capture, since);
  }

  /** Holdfast's messages to a since the beginning. */
  List<BgpMessage> messagesToA() {
    return messages(capture.file(PairOfPeers.DEVICE_A), PairOfPeers.A, false, since);
  }

  /** Holdfast's messages to b since the beginning. */
  List<BgpMessage> messagesToB() {
    return messages(capture.file(PairOfPeers.DEVICE_B), PairOfPeers.B, false, since);
  }

  /** b's messages to Holdfast since the beginning. */
  List<BgpMessage> messagesFromB() {
    return messages(capture.file(PairOfPeers.DEVICE_B), PairOfPeers.B, true, since);
  }

  private static List<BgpMessage> messages(Path file, String peer, boolean from, long since) {
    List<BgpMessage> messages = new ArrayList<>();
    for (TcpConversation conversation : TcpStreams.read(file).bgp()) {
      messages.addAll(
          BgpMessages.in(from ? conversation.from(peer) : conversation.to(peer)).messages());
    }
    messages.removeIf(message -> message.micros() < since);
    return messages;
  }
}
