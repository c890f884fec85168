package io.holdfast.lab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code lab/bench failover}: what protection costs. Everything is measured from outside, as a peer
 * would, and beside the same thing unprotected: protected, plain, protected, plain. The meaning of
 * each figure: docs/benchmarks.md.
 */
final class FailoverBench {
  static final double GOODPUT_AIM = 250;
  static final double SHAPED_RATIO = 0.95;
  static final double ACK_AIM_MICROS = 200;
  private static final String RATE = "1gbit";

  /** What can be asked for alone. */
  enum Part {
    UNSHAPED,
    SHAPED,
    ACK,
    DAEMONS
  }

  /**
   * How much is measured.
   *
   * @param runs of everything, an odd number
   * @param bytes of an unshaped stream
   * @param shapedBytes of one over the shaped link
   * @param probes of a latency run
   * @param idleSeconds over which an idle daemon's CPU time is counted
   */
  record Size(int runs, long bytes, long shapedBytes, int probes, int idleSeconds) {
    static final Size FULL = new Size(5, 500_000_000, 250_000_000, 2_000, 20);
    static final Size QUICK = new Size(1, 50_000_000, 25_000_000, 300, 5);
  }

  private final Size size;
  private final Consumer<String> progress;
  private final List<Figure> figures = new ArrayList<>();

  FailoverBench(Size size, Consumer<String> progress) {
    this.size = size;
    this.progress = progress;
  }

  List<Figure> measure(Set<Part> parts) {
    if (parts.contains(Part.UNSHAPED) || parts.contains(Part.SHAPED) || parts.contains(Part.ACK)) {
      try (StreamLab lab = StreamLab.start(false)) {
        progress.accept("warming up");
        warmUp(lab);
        if (parts.contains(Part.UNSHAPED)) {
          goodput(lab, "", size.bytes(), false);
        }
        if (parts.contains(Part.SHAPED)) {
          lab.shape(RATE);
          goodput(lab, ", 1 Gbit/s", size.shapedBytes(), true);
          lab.unshape();
        }
        if (parts.contains(Part.ACK)) {
          acknowledgments(lab, "log unsynced", Aim.atMost(ACK_AIM_MICROS));
        }
      }
    }
    if (parts.contains(Part.ACK)) {
      try (StreamLab lab = StreamLab.start(true)) {
        acknowledgments(lab, "log synced", null);
      }
    }
    if (parts.contains(Part.DAEMONS)) {
      figures.addAll(new DaemonFigures(size, progress).measure());
    }
    return List.copyOf(figures);
  }

  private void warmUp(StreamLab lab) {
    for (Direction direction : Direction.values()) {
      for (int port : List.of(StreamLab.PROTECTED, StreamLab.PLAIN)) {
        lab.peer().seconds(port, direction, size.bytes());
      }
    }
  }

  private void goodput(StreamLab lab, String link, long bytes, boolean shaped) {
    for (Direction direction : Direction.values()) {
      List<Double> guarded = new ArrayList<>();
      List<Double> plain = new ArrayList<>();
      List<Double> ratios = new ArrayList<>();
      List<Double> work = new ArrayList<>();
      for (int run = 0; run < size.runs(); run++) {
        double before = lab.failoverd().cpuSeconds();
        guarded.add(megabytes(lab, StreamLab.PROTECTED, direction, bytes));
        work.add((lab.failoverd().cpuSeconds() - before) / bytes * 1e9);
        plain.add(megabytes(lab, StreamLab.PLAIN, direction, bytes));
        ratios.add(guarded.get(run) / plain.get(run));
        progress.accept(
            "%s%s: protected %.0f MB/s (%.2f s of CPU a GB), plain %.0f MB/s"
                .formatted(direction, link, guarded.get(run), work.get(run), plain.get(run)));
      }
      String name = "goodput, " + direction + link;
      Aim speed = shaped ? null : Aim.atLeast(GOODPUT_AIM);
      Aim ratio = shaped ? Aim.atLeast(SHAPED_RATIO).asRequirement() : null;
      figures.add(new Figure(name + ": protected", "MB/s", speed, guarded));
      figures.add(new Figure(name + ": plain", "MB/s", null, plain));
      figures.add(new Figure(name + ": ratio", "", ratio, ratios));
      figures.add(new Figure(name + ": failoverd's CPU", "s/GB", null, work));
    }
  }

  private static double megabytes(StreamLab lab, int port, Direction direction, long bytes) {
    return bytes / lab.peer().seconds(port, direction, bytes) / 1e6;
  }

  private void acknowledgments(StreamLab lab, String log, @Nullable Aim aim) {
    List<Double> plain = new ArrayList<>();
    List<Double> p50 = new ArrayList<>();
    List<Double> p99 = new ArrayList<>();
    lab.peer().acknowledgments(StreamLab.PROTECTED, size.probes());
    lab.peer().acknowledgments(StreamLab.PLAIN, size.probes());
    for (int run = 0; run < size.runs(); run++) {
      AckProbe.Latency guarded = lab.peer().acknowledgments(StreamLab.PROTECTED, size.probes());
      AckProbe.Latency bare = lab.peer().acknowledgments(StreamLab.PLAIN, size.probes());
      plain.add(bare.p50Micros());
      p50.add(guarded.p50Micros() - bare.p50Micros());
      p99.add(guarded.p99Micros() - bare.p99Micros());
      progress.accept("acknowledgment, %s: protected %s, plain %s".formatted(log, guarded, bare));
    }
    figures.add(new Figure("acknowledgment, " + log + ": plain p50", "us", null, plain));
    figures.add(new Figure("acknowledgment, " + log + ": added p50", "us", aim, p50));
    figures.add(new Figure("acknowledgment, " + log + ": added p99", "us", null, p99));
  }
}
