package io.holdfast.lab.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.frr.FrrConfig;
import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Veth;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topology: two FRR routers on one cable, no Holdfast. The oracle has to find what they did. */
class OracleOnFrrTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String A = "10.77.0.1";
  private static final String B = "10.77.0.2";

  private final Owner owner = Owner.thisProcess();
  private final Workspace workspace = Workspace.create(owner, "oracle");
  private final Namespace left = Namespace.create(owner, "a");
  private final Namespace right = Namespace.create(owner, "b");
  private FrrRouter a;
  private FrrRouter b;
  private Capture capture;

  @BeforeEach
  void connect() {
    Veth.between(left, "eth0", right, "eth0");
    left.address("eth0", A + "/24");
    right.address("eth0", B + "/24");
    capture = Capture.start(right, workspace.folder("capture"), List.of("eth0"));
    a = FrrRouter.start(left, workspace.folder("a"), FrrConfig.of(65001, A, B, 65003));
    b = FrrRouter.start(right, workspace.folder("b"), FrrConfig.of(65003, B, A, 65001));
    a.awaitEstablished(B, LIMIT);
    b.awaitEstablished(A, LIMIT);
  }

  @AfterEach
  void clean() {
    capture.close();
    a.close();
    b.close();
    left.close();
    right.close();
    workspace.close();
  }

  private TcpStreams stopAndRead() {
    capture.stop();
    return TcpStreams.read(capture.file("eth0"));
  }

  /** The conversation on which the session ran: with a collision there may be a second. */
  private static TcpConversation session(TcpStreams streams) {
    return streams.bgp().stream()
        .filter(c -> BgpMessages.in(c.from(A)).count(BgpMessage.KEEPALIVE, 0) > 0)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void seesASessionWithItsRoutesAndTheirWithdrawalAndNothingThatEndsIt() {
    List<String> prefixes =
        IntStream.range(0, 500).mapToObj(i -> "10.1." + i / 2 + "." + i % 2 * 128 + "/25").toList();
    a.announce(prefixes, 3);
    Waiting.until("routes", LIMIT, () -> b.learned().size() == 500);
    a.withdraw(prefixes.subList(0, 20));
    Waiting.until("withdrawal", LIMIT, () -> b.learned().size() == 480);
    assertThat(b.learned().get(prefixes.getLast()).path())
        .isEqualTo("65001 65001 65001 65001 65001");
    assertThat(b.neighbor(A).orElseThrow().connectionsDropped()).isZero();

    TcpConversation session = session(stopAndRead());

    TcpDirection fromA = session.from(A);
    BgpMessages messages = BgpMessages.in(fromA);
    assertThat(messages.flaw()).isEmpty();
    assertThat(messages.count(BgpMessage.OPEN, 0)).isOne();
    assertThat(messages.count(BgpMessage.NOTIFICATION, 0)).isZero();
    assertThat(messages.messages().stream().flatMap(m -> m.announced().stream()))
        .containsExactlyInAnyOrderElementsOf(prefixes);
    assertThat(messages.messages().stream().flatMap(m -> m.withdrawn().stream()))
        .containsExactlyInAnyOrderElementsOf(prefixes.subList(0, 20));
    assertThat(session.to(A).highestAcknowledged()).isEqualTo(fromA.length());
    assertThat(fromA.contradictions()).isEmpty();
    assertThat(fromA.flags().stream().map(TcpDirection.Flag::name)).containsExactly("SYN");
  }

  @Test
  void findsTheNotificationTheFinAndTheSecondOpenOfASessionThatWasReset() {
    long before = System.currentTimeMillis() * 1000;
    a.clear(B);
    Waiting.until("the drop", LIMIT, () -> b.neighbor(A).orElseThrow().connectionsDropped() == 1);
    a.awaitEstablished(B, LIMIT);
    b.awaitEstablished(A, LIMIT);

    TcpStreams streams = stopAndRead();

    long notifications = 0;
    long ends = 0;
    long opens = 0;
    for (TcpConversation conversation : streams.bgp()) {
      notifications += BgpMessages.in(conversation.from(A)).count(BgpMessage.NOTIFICATION, before);
      opens += BgpMessages.in(conversation.from(A)).count(BgpMessage.OPEN, before);
      for (TcpDirection direction : conversation.directions()) {
        ends += direction.count("FIN", before) + direction.count("RST", before);
      }
    }
    assertThat(notifications).isPositive();
    assertThat(ends).isPositive();
    assertThat(opens).isPositive();
  }

  @Test
  void findsTheResetWithWhichAMachineAnswersForADeadDaemon() {
    long before = System.currentTimeMillis() * 1000;
    b.process().orElseThrow().signal(Signal.KILL);
    Waiting.until("the drop", LIMIT, () -> a.neighbor(B).orElseThrow().connectionsDropped() == 1);
    // a's next attempt to connect meets a closed port.
    Waiting.until("an RST", LIMIT, () -> resets(capture, before) > 0);
  }

  private static long resets(Capture capture, long before) {
    return TcpStreams.read(capture.file("eth0")).bgp().stream()
        .flatMap(conversation -> conversation.directions().stream())
        .mapToLong(direction -> direction.count("RST", before))
        .sum();
  }
}
