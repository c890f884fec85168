package io.holdfast.lab.bench;

import io.holdfast.lab.bench.AppendProcess.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code lab/bench log}: what a log costs, beside a raw append to a file in the same process: raw,
 * log, raw, log. The meaning of each figure: docs/benchmarks.md.
 */
final class LogBench {
  static final double RAW_LATENCY_RATIO = 2.5;
  static final double RAW_SPEED_RATIO = 0.5;
  static final double ALONE_MICROS = 150;
  static final double THREE_MICROS = 1_000;
  static final double THREE_LEAST_SPEED = 80;
  static final double THREE_SPEED = 150;
  static final double ALONE_IDLE_PERCENT = 1;
  static final double LEADER_IDLE_PERCENT = 5;
  static final double FAILOVERD_MEMORY = 250;
  static final double MEMBER_MEMORY = 300;

  /** Connections that the bytes of a large log belong to. */
  private static final int CONNECTIONS = 100;

  /** What can be asked for alone. */
  enum Part {
    ALONE,
    ALONE_SYNCED,
    THREE,
    THREE_SYNCED,
    MEMORY
  }

  /**
   * How much is measured.
   *
   * @param runs of everything, an odd number
   * @param records of a run at 200 a second
   * @param bytes of a run as fast as possible, unsynced
   * @param syncedBytes the same, synced
   * @param idleSeconds over which an idle process's CPU time is counted
   * @param logBytes of the log that failoverd starts with
   */
  record Size(int runs, int records, long bytes, long syncedBytes, int idleSeconds, long logBytes) {
    static final Size FULL = new Size(5, 1_000, 400_000_000, 200_000_000, 20, 1_000_000_000);
    static final Size QUICK = new Size(1, 200, 40_000_000, 20_000_000, 5, 100_000_000);
  }

  private final Size size;
  private final Consumer<String> progress;
  private final List<Figure> figures = new ArrayList<>();

  LogBench(Size size, Consumer<String> progress) {
    this.size = size;
    this.progress = progress;
  }

  List<Figure> measure(Set<Part> parts) {
    if (parts.contains(Part.ALONE)) {
      alone(false);
    }
    if (parts.contains(Part.ALONE_SYNCED)) {
      alone(true);
    }
    if (parts.contains(Part.THREE)) {
      three(false);
    }
    if (parts.contains(Part.THREE_SYNCED)) {
      three(true);
    }
    if (parts.contains(Part.MEMORY)) {
      memory();
    }
    return List.copyOf(figures);
  }

  private void alone(boolean synced) {
    String name = "one member, " + (synced ? "synced" : "unsynced");
    try (LogLab lab = LogLab.alone(synced);
        AppendProcess owner = lab.owner()) {
      if (synced) {
        speed(owner, name, true, null, null);
        waits(owner, name, true, null, null);
        return;
      }
      List<Double> speeds =
          speed(owner, name, false, null, Aim.atLeast(RAW_SPEED_RATIO).asRequirement());
      speedInBatches(owner, name, speeds);
      waits(
          owner,
          name,
          false,
          Aim.atMost(ALONE_MICROS),
          Aim.atMost(RAW_LATENCY_RATIO).asRequirement());
      idle(name, owner.usage(), Aim.atMost(ALONE_IDLE_PERCENT));
    }
  }

  private void three(boolean synced) {
    String name = "three members, " + (synced ? "synced" : "unsynced");
    try (LogLab lab = LogLab.three(synced);
        AppendProcess owner = lab.owner()) {
      List<Double> speeds =
          speed(owner, name, synced, synced ? null : Aim.atLeast(THREE_SPEED), null);
      if (!synced) {
        figures.add(
            new Figure(
                name + ": pipelined, the least",
                "MB/s",
                Aim.atLeast(THREE_LEAST_SPEED).asRequirement(),
                speeds));
      }
      waits(owner, name, synced, synced ? null : Aim.atMost(THREE_MICROS), null);
      if (!synced) {
        figures.add(
            new Figure(
                name + ": resident memory of the third",
                "MB",
                Aim.atMost(MEMBER_MEMORY),
                List.of(lab.member("c").residentMegabytes())));
        idle(name + ", leader", owner.usage(), Aim.atMost(LEADER_IDLE_PERCENT));
      }
    }
  }

  /** As fast as it takes; the speeds of the log. */
  private List<Double> speed(
      AppendProcess owner,
      String name,
      boolean synced,
      @Nullable Aim aim,
      @Nullable Aim aimOfRatio) {
    long bytes = synced ? size.syncedBytes() : size.bytes();
    List<Double> raw = new ArrayList<>();
    List<Double> log = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int run = -1; run < size.runs(); run++) { // the first finds nothing warm: thrown away
      double bare = owner.stream(raw(synced), bytes);
      double kept = owner.stream(Target.LOG, bytes);
      owner.rest();
      progress.accept("%s: %.0f MB/s, raw file %.0f MB/s".formatted(name, kept, bare));
      if (run >= 0) {
        raw.add(bare);
        log.add(kept);
        ratios.add(kept / bare);
      }
    }
    figures.add(new Figure(name + ": pipelined", "MB/s", aim, log));
    figures.add(new Figure(name + ": pipelined, raw file", "MB/s", null, raw));
    figures.add(new Figure(name + ": pipelined, ratio", "", aimOfRatio, ratios));
    return log;
  }

  /** The raw file once more, with the batches that a log makes of its own accord. */
  private void speedInBatches(AppendProcess owner, String name, List<Double> log) {
    List<Double> raw = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (double kept : log) {
      raw.add(owner.stream(Target.BATCHED, size.bytes()));
      ratios.add(kept / raw.getLast());
    }
    figures.add(new Figure(name + ": pipelined, raw file in batches", "MB/s", null, raw));
    figures.add(new Figure(name + ": pipelined, ratio to that", "", null, ratios));
  }

  /** Single records at 200 a second. */
  private void waits(
      AppendProcess owner,
      String name,
      boolean synced,
      @Nullable Aim aim,
      @Nullable Aim aimOfRatio) {
    List<Double> raw = new ArrayList<>();
    List<Double> rawTail = new ArrayList<>();
    List<Double> log = new ArrayList<>();
    List<Double> logTail = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int run = 0; run < size.runs(); run++) {
      AppendProcess.Waits bare = owner.paced(raw(synced), size.records());
      AppendProcess.Waits kept = owner.paced(Target.LOG, size.records());
      progress.accept("%s: %s, raw file %s".formatted(name, kept, bare));
      raw.add(bare.p50Micros());
      rawTail.add(bare.p99Micros());
      log.add(kept.p50Micros());
      logTail.add(kept.p99Micros());
      ratios.add(kept.p50Micros() / bare.p50Micros());
    }
    figures.add(new Figure(name + ": append to commit, p50", "us", aim, log));
    figures.add(new Figure(name + ": append to commit, p99", "us", null, logTail));
    figures.add(new Figure(name + ": raw file, p50", "us", null, raw));
    figures.add(new Figure(name + ": raw file, p99", "us", null, rawTail));
    figures.add(new Figure(name + ": p50, ratio", "", aimOfRatio, ratios));
  }

  private static Target raw(boolean synced) {
    return synced ? Target.SYNCED : Target.UNSYNCED;
  }

  private void idle(String name, ProcessUsage usage, Aim aim) {
    progress.accept(name + ": idle for " + size.idleSeconds() + " s");
    double percent = usage.idlePercent(Duration.ofSeconds(size.idleSeconds()));
    figures.add(new Figure(name + ": CPU, idle", "%", aim, List.of(percent)));
  }

  /** failoverd on a large log whose connections are over. */
  private void memory() {
    try (LogLab lab = LogLab.alone(false)) {
      progress.accept("writing a log of %d MB".formatted(size.logBytes() / 1_000_000));
      try (AppendProcess owner = lab.owner()) {
        for (int i = 0; i < CONNECTIONS; i++) {
          owner.stream(Target.LOG, size.logBytes() / CONNECTIONS);
          owner.next();
        }
        owner.finish();
      }
      ProcessUsage failoverd = lab.failoverd();
      resident("ready", failoverd);
      lab.speaker();
      resident("speaker attached", failoverd);
    }
  }

  private void resident(String when, ProcessUsage failoverd) {
    double megabytes = failoverd.residentMegabytes();
    progress.accept("failoverd, %s: %.0f MB resident".formatted(when, megabytes));
    figures.add(
        new Figure(
            "failoverd on a log of %d MB, %s: resident"
                .formatted(size.logBytes() / 1_000_000, when),
            "MB",
            Aim.atMost(FAILOVERD_MEMORY),
            List.of(megabytes)));
  }
}
