package io.holdfast.lab.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.demo.Evidence;
import io.holdfast.lab.frr.NeighborView;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Topology: pair of peers, with a speaker of another make in the place of FRR b. */
class ForeignSpeakerTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  @ParameterizedTest
  @EnumSource
  void aKillGoesUnnoticedByASpeakerOfAnotherMake(ForeignSpeaker make) throws Exception {
    assumeTrue(make.installed(), make + " is not installed");
    try (PairOfPeers pair = PairOfPeers.prepare(PairSetup.failover());
        Capture capture = pair.capture()) {
      pair.b().close();
      Namespace inB = pair.namespaces().getLast();
      ForeignSpeaker.Running other = make.start(inB, pair.workspace().folder("other"));
      pair.holdfast().start();
      pair.a().awaitEstablished(PairOfPeers.H_TO_A, LIMIT);
      Waiting.until("the session" + words(other), LIMIT, () -> make.established(other));
      make.announce(other);
      Set<String> fromA = new TreeSet<>(Routes.block(1, 50));
      pair.a().announce(fromA);
      await("a's routes", fromA, () -> make.learned(other));
      await("its routes", new TreeSet<>(ForeignSpeaker.OWN), () -> pair.a().learned().keySet());
      final long since = Watch.now();
      final long up = make.upSince(other);
      final NeighborView a = pair.a().neighbor(PairOfPeers.H_TO_A).orElseThrow();

      pair.holdfast().awaitActive();
      long victim = pair.holdfast().speakerPid().orElseThrow();
      assertThat(Signal.KILL.send(victim)).isTrue();
      pair.a().withdraw(Routes.block(1, 10));
      fromA.removeAll(Routes.block(1, 10));
      pair.a().announce(Routes.block(3, 20), 2);
      fromA.addAll(Routes.block(3, 20));
      await("what changed meanwhile", fromA, () -> make.learned(other));

      assertThat(pair.holdfast().speakerPid().orElse(victim)).isNotEqualTo(victim);
      assertThat(make.established(other)).isTrue();
      assertThat(make.upSince(other)).isCloseTo(up, Offset.offset(2L));
      assertThat(pair.a().learned().keySet()).isEqualTo(new TreeSet<>(ForeignSpeaker.OWN));
      assertThat(pair.a().neighbor(PairOfPeers.H_TO_A).orElseThrow().connectionsDropped())
          .isEqualTo(a.connectionsDropped());
      Evidence evidence = Evidence.since(capture, since);
      assertThat(evidence.notifications() + evidence.opens()).isZero();
      assertThat(evidence.fins() + evidence.resets()).isZero();
      assertThat(evidence.falseWithdrawals()).isEmpty();
      assertThat(evidence.flaws()).isEmpty();
    }
  }

  private interface Look {
    Set<String> prefixes();
  }

  private static void await(String what, Set<String> expected, Look look) {
    Waiting.until(
        what,
        LIMIT,
        () -> {
          Set<String> there = look.prefixes();
          if (!there.equals(expected)) {
            throw new LabFailure("there are " + there);
          }
          return true;
        });
  }

  private static String words(ForeignSpeaker.Running other) {
    return other.process().isAlive() ? "" : "; it said " + other.process().lastWords();
  }
}
