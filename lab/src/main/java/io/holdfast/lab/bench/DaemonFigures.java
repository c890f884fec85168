package io.holdfast.lab.bench;

import io.holdfast.lab.capture.BgpMessage;
import io.holdfast.lab.capture.BgpMessages;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.capture.TcpStreams;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Holdfast;
import io.holdfast.lab.topology.PairOfPeers;
import io.holdfast.lab.topology.PairSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the two daemons cost while nothing happens, and how fast a speaker is back. With real peers:
 * two FRR, one session each, hold time 9 s, {@code supervise: true}.
 *
 * <p>A recovered speaker's KEEPALIVE can't be told from those sent in its name. So FRR a is told to
 * announce a prefix the moment after the kill, and what is timed is the UPDATE with that prefix at
 * FRR b's end of the cable, which nobody but a living speaker can send. The times come from a
 * packet capture.
 */
final class DaemonFigures {
  private static final double CPU_AIM = 2;
  private static final double MEMORY_AIM = 120;
  private static final double RECOVERY_AIM = 1.2;
  private static final String PREFIX = "203.0.113.0/24";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final FailoverBench.Size size;
  private final Consumer<String> progress;
  private final List<Figure> figures = new ArrayList<>();

  DaemonFigures(FailoverBench.Size size, Consumer<String> progress) {
    this.size = size;
    this.progress = progress;
  }

  List<Figure> measure() {
    progress.accept("waiting for two BGP sessions");
    try (PairOfPeers pair = PairOfPeers.start(PairSetup.failover())) {
      pair.awaitEstablished();
      idle(pair.holdfast());
      List<Double> recoveries = new ArrayList<>();
      for (int run = 0; run < size.runs(); run++) {
        recoveries.add(recovery(pair));
        progress.accept("back after %.2f s".formatted(recoveries.get(run)));
      }
      figures.add(
          new Figure(
              "speaker killed until its successor's first message",
              "s",
              Aim.atMost(RECOVERY_AIM),
              recoveries));
    }
    return figures;
  }

  private void idle(Holdfast holdfast) {
    progress.accept(
        "idle daemons: "
            + ProcessUsage.SETTLE.plusSeconds(size.idleSeconds()).toSeconds()
            + " s of nothing");
    ProcessUsage failoverd = new ProcessUsage(holdfast.failoverdPid().orElseThrow());
    ProcessUsage bgpd = new ProcessUsage(holdfast.speakerPid().orElseThrow());
    ProcessUsage.pass(ProcessUsage.SETTLE);
    double failoverdBefore = failoverd.cpuSeconds();
    double bgpdBefore = bgpd.cpuSeconds();
    long start = System.nanoTime();
    ProcessUsage.pass(Duration.ofSeconds(size.idleSeconds()));
    double percent = 100 / ((System.nanoTime() - start) * 1e-9);
    cpu("failoverd", (failoverd.cpuSeconds() - failoverdBefore) * percent);
    cpu("bgpd", (bgpd.cpuSeconds() - bgpdBefore) * percent);
    memory("failoverd", failoverd.residentMegabytes());
    memory("bgpd", bgpd.residentMegabytes());
  }

  private void cpu(String daemon, double percent) {
    figures.add(
        new Figure("CPU of " + daemon + ", idle", "%", Aim.atMost(CPU_AIM), List.of(percent)));
  }

  private void memory(String daemon, double megabytes) {
    figures.add(
        new Figure(
            "resident memory of " + daemon + ", idle",
            "MB",
            Aim.atMost(MEMORY_AIM),
            List.of(megabytes)));
  }

  /** Seconds from the kill to the successor's first UPDATE. */
  private static double recovery(PairOfPeers pair) {
    pair.holdfast().awaitActive();
    try (Capture capture = pair.capture()) {
      long pid = pair.holdfast().speakerPid().orElseThrow();
      long killed = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
      if (!ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)) {
        throw new LabFailure("no speaker " + pid + " to kill");
      }
      pair.a().announce(List.of(PREFIX));
      Waiting.until("b's route", LIMIT, () -> pair.b().learned().containsKey(PREFIX));
      capture.stop();
      long offered = announced(capture.file(PairOfPeers.DEVICE_A), PairOfPeers.A);
      long passed = announced(capture.file(PairOfPeers.DEVICE_B), PairOfPeers.H_TO_B);
      if (passed - offered < 20_000) {
        // A living speaker passes a route on in less: it was back before there was anything to say.
        throw new LabFailure(
            "FRR announced only "
                + (offered - killed) / 1000
                + " ms after the kill, too late to show when the speaker was back");
      }
      return (passed - killed) / 1e6;
    } finally {
      pair.a().withdraw(List.of(PREFIX));
      Waiting.until("b's withdrawal", LIMIT, () -> !pair.b().learned().containsKey(PREFIX));
    }
  }

  /** When the prefix was announced by this end, microseconds since 1970. */
  private static long announced(Path capture, String from) {
    return TcpStreams.read(capture).bgp().stream()
        .filter(conversation -> conversation.involves(from))
        .flatMap(conversation -> BgpMessages.in(conversation.from(from)).messages().stream())
        .filter(message -> message.announced().contains(PREFIX))
        .mapToLong(BgpMessage::micros)
        .min()
        .orElseThrow(() -> new LabFailure(from + " did not announce " + PREFIX));
  }
}
