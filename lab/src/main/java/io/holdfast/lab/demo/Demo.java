package io.holdfast.lab.demo;

import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.demo.Plan.Segment;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The three runs of a plan. Each has a topology of its own, which is gone when it returns. */
final class Demo {
  /** How often the contrast run kills. */
  static final int CONTRAST_KILLS = 2;

  private static final Duration CONTRAST_LIMIT = Duration.ofSeconds(40);

  private final Plan plan;
  private final boolean keepFiles;

  /**
   * @param keepFiles whether the folders with captures and logs stay
   */
  Demo(Plan plan, boolean keepFiles) {
    this.plan = plan;
    this.keepFiles = keepFiles;
  }

  /** The control run: the tables after each segment of the plan. */
  List<Performance.Tables> control(Progress progress) {
    try (PairOfPeers pair = PairOfPeers.start(PairSetup.failover())) {
      progress.phase("waiting for the sessions");
      pair.awaitEstablished();
      try (Witness witness = Witness.start(pair, progress)) {
        Performance performance = new Performance(plan, pair, progress);
        performance.begin();
        List<Performance.Tables> tables = performance.control();
        witness.lookLast();
        progress.phase("done");
        return tables;
      }
    }
  }

  /** The run itself. */
  Outcome run(Progress progress, List<Performance.Tables> control) {
    try (PairOfPeers pair = PairOfPeers.start(PairSetup.failover())) {
      if (keepFiles) {
        pair.workspace().stay();
      }
      Capture capture = pair.capture();
      progress.phase("waiting for the sessions");
      pair.awaitEstablished();
      Performance performance = new Performance(plan, pair, progress);
      performance.begin();
      long since = now();
      Witness witness = Witness.start(pair, progress);
      List<String> differences = performance.withDeaths(control);
      witness.lookLast();
      witness.close();
      capture.stop();
      progress.phase("reading the capture");
      Evidence evidence = Evidence.of(capture, since, progress.deaths());
      progress.phase("done");
      return new Outcome(
          progress.deaths(),
          witness.a(),
          witness.b(),
          evidence,
          plan.segments().size(),
          differences);
    }
  }

  /** The contrast run: the same deaths of a speaker on plain sockets, which the lab restarts. */
  Outcome contrast(Progress progress) {
    try (PairOfPeers pair = PairOfPeers.start(PairSetup.direct())) {
      Capture capture = pair.capture();
      progress.phase("waiting for the sessions");
      pair.awaitEstablished();
      Performance performance = new Performance(plan, pair, progress);
      performance.begin();
      long since = now();
      Witness witness = Witness.start(pair, progress);
      for (int i = 0; i < Math.min(CONTRAST_KILLS, plan.kills()); i++) {
        progress.segment(i + 1, CONTRAST_KILLS);
        contrastDeath(pair, progress, plan.segments().get(i % plan.segments().size()));
      }
      witness.lookLast();
      witness.close();
      capture.stop();
      Evidence evidence = Evidence.of(capture, since, progress.deaths());
      progress.phase("done");
      return new Outcome(progress.deaths(), witness.a(), witness.b(), evidence, 0, List.of());
    }
  }

  private static void contrastDeath(PairOfPeers pair, Progress progress, Segment segment) {
    progress.phase("killing the speaker");
    LockSupport.parkNanos(Duration.ofMillis(segment.deaths().getFirst()).toNanos());
    long pid =
        pair.holdfast()
            .speakerPid()
            .orElseThrow(() -> new LabFailure("no speaker" + pair.holdfast().lastWords()));
    progress.death(new Progress.Death(progress.deaths().size() + 1, now(), pid, false));
    int lossesBefore = losses(pair);
    Signal.KILL.send(pid);
    progress.phase("starting it again, waiting for the sessions");
    LabProcess next = pair.holdfast().startSpeaker();
    Waiting.until(
        "the sessions after the restart",
        CONTRAST_LIMIT,
        () -> {
          if (!next.isAlive()) {
            throw new LabFailure("the speaker has ended: " + next.lastWords());
          }
          return losses(pair) >= lossesBefore + 2 && pair.bothEstablished();
        });
  }

  /** How often either peer has lost its session so far. */
  private static int losses(PairOfPeers pair) {
    return pair.a().neighbor(PairOfPeers.H_TO_A).orElseThrow().connectionsDropped()
        + pair.b().neighbor(PairOfPeers.H_TO_B).orElseThrow().connectionsDropped();
  }

  private static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
