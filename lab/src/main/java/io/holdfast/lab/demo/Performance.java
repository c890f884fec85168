package io.holdfast.lab.demo;

import io.holdfast.lab.demo.Plan.Segment;
import io.holdfast.lab.demo.Plan.Side;
import io.holdfast.lab.demo.Plan.Step;
import io.holdfast.lab.frr.FrrConfig;
import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.frr.RouteView;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Carries a plan out on a topology: the changes on the caller's thread, the deaths on one of its
 * own, and after each segment both tables.
 */
final class Performance {
  private static final Duration SETTLE_LIMIT = Duration.ofSeconds(45);
  private static final Duration NEXT_SPEAKER_LIMIT = Duration.ofSeconds(20);

  private final Plan plan;
  private final PairOfPeers pair;
  private final Progress progress;

  /** Both peers' learned routes at a moment of rest. */
  record Tables(Map<String, RouteView> a, Map<String, RouteView> b) {}

  Performance(Plan plan, PairOfPeers pair, Progress progress) {
    this.plan = plan;
    this.pair = pair;
    this.progress = progress;
  }

  /** Announces the plan's first routes and waits until both peers have the other's. */
  void begin() {
    progress.phase("announcing the first routes");
    plan.base().forEach(this::apply);
    int expected = plan.base().getFirst().prefixes().size();
    Waiting.until(
        "the first routes" + pair.holdfast().lastWords(),
        SETTLE_LIMIT,
        () -> pair.a().learned().size() == expected && pair.b().learned().size() == expected);
  }

  /**
   * The plan without a death, as fast as it goes.
   *
   * @return the tables after each segment
   */
  List<Tables> control() {
    List<Tables> results = new ArrayList<>();
    for (Segment segment : plan.segments()) {
      progress.segment(results.size() + 1, plan.segments().size());
      progress.phase("route changes");
      segment.steps().forEach(this::apply);
      progress.phase("coming to rest");
      results.add(settle(segment));
      progress.tablesWereEqual();
    }
    return results;
  }

  /**
   * The plan with its deaths.
   *
   * @param control the tables of the control run, one each segment
   * @return the segments after which a table was not that of the control run, in words
   */
  List<String> withDeaths(List<Tables> control) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < plan.segments().size(); i++) {
      progress.segment(i + 1, plan.segments().size());
      Segment segment = plan.segments().get(i);
      perform(segment);
      progress.phase("recovering, coming to rest");
      try {
        Tables tables = settle(segment);
        if (tables.equals(control.get(i))) {
          progress.tablesWereEqual();
        } else {
          differences.add("segment " + (i + 1) + ": " + difference(tables, control.get(i)));
        }
      } catch (LabFailure e) {
        differences.add("segment " + (i + 1) + ": " + e.getMessage());
      }
    }
    return differences;
  }

  private void perform(Segment segment) {
    progress.phase("route changes");
    List<LabFailure> failures = new ArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    Thread killer =
        new Thread(
            () -> {
              try {
                begun.await();
                killAll(segment.deaths());
              } catch (LabFailure e) {
                failures.add(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "killer");
    killer.start();
    for (int i = 0; i < segment.steps().size(); i++) {
      if (i >= segment.burst()) {
        begun.countDown();
      }
      Step step = segment.steps().get(i);
      apply(step);
      LockSupport.parkNanos(Duration.ofMillis(step.pauseMillis()).toNanos());
    }
    try {
      killer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted", e);
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  private void apply(Step step) {
    FrrRouter router = step.side() == Side.A ? pair.a() : pair.b();
    if (step.withdraw()) {
      router.withdraw(step.prefixes());
    } else {
      router.announce(step.prefixes(), step.set());
    }
    progress.routesChanged(step.prefixes().size());
  }

  private void killAll(List<Integer> moments) {
    long last = 0;
    for (int i = 0; i < moments.size(); i++) {
      if (i > 0) {
        awaitNextSpeaker(last);
      }
      LockSupport.parkNanos(Duration.ofMillis(moments.get(i)).toNanos());
      last = kill(i > 0);
    }
  }

  private long kill(boolean again) {
    Holdfast holdfast = pair.holdfast();
    OptionalLong pid = awaitNextSpeaker(0);
    boolean recovering = again && !holdfast.isActive();
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    Signal.KILL.send(pid.getAsLong());
    int number = progress.deaths().size() + 1;
    progress.death(new Progress.Death(number, micros, pid.getAsLong(), recovering));
    return pid.getAsLong();
  }

  private OptionalLong awaitNextSpeaker(long notThis) {
    Holdfast holdfast = pair.holdfast();
    Waiting.until(
        "the next speaker" + holdfast.lastWords(),
        NEXT_SPEAKER_LIMIT,
        () -> holdfast.speakerPid().orElse(notThis) != notThis);
    return holdfast.speakerPid();
  }

  /** Waits until both peers have what the plan says, and gives their tables. */
  private Tables settle(Segment segment) {
    Map<String, String> expectedAtA = expected(segment.after().get(Side.B), pair.b().config());
    Map<String, String> expectedAtB = expected(segment.after().get(Side.A), pair.a().config());
    long deadline = System.nanoTime() + SETTLE_LIMIT.toNanos();
    while (true) {
      Tables tables = new Tables(pair.a().learned(), pair.b().learned());
      if (said(tables.a()).equals(expectedAtA) && said(tables.b()).equals(expectedAtB)) {
        return tables;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new LabFailure(
            "the tables did not become what was announced within "
                + SETTLE_LIMIT.toSeconds()
                + " s: at a "
                + first(said(tables.a()), expectedAtA)
                + "; at b "
                + first(said(tables.b()), expectedAtB));
      }
      Waiting.pause();
    }
  }

  /** What the other peer has to see: our AS in front of the announcer's path. */
  private static Map<String, String> expected(
      @org.jspecify.annotations.Nullable Map<String, Integer> routes, FrrConfig announcer) {
    Map<String, String> expected = new TreeMap<>();
    if (routes != null) {
      routes.forEach(
          (prefix, set) ->
              expected.put(
                  prefix,
                  PairOfPeers.AS_H + " " + announcer.path(set) + " " + announcer.origin(set)));
    }
    return expected;
  }

  private static Map<String, String> said(Map<String, RouteView> table) {
    Map<String, String> said = new TreeMap<>();
    table.forEach((prefix, route) -> said.put(prefix, route.path() + " " + route.origin()));
    return said;
  }

  private static String difference(Tables tables, Tables control) {
    return "a " + first(tables.a(), control.a()) + "; b " + first(tables.b(), control.b());
  }

  /** How two tables differ, by their first difference. */
  private static <T> String first(Map<String, T> have, Map<String, T> want) {
    for (Map.Entry<String, T> entry : want.entrySet()) {
      T there = have.get(entry.getKey());
      if (there == null) {
        return "lacks " + entry.getKey() + " (" + have.size() + " of " + want.size() + ")";
      }
      if (!there.equals(entry.getValue())) {
        return entry.getKey() + " is " + there + ", not " + entry.getValue();
      }
    }
    for (String prefix : have.keySet()) {
      if (!want.containsKey(prefix)) {
        return "has " + prefix + ", which nobody announces";
      }
    }
    return "is equal";
  }
}
