package io.holdfast.lab.demo;

import io.holdfast.lab.frr.NeighborView;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows a run while it goes: on a terminal a picture that is drawn anew twice a second, elsewhere a
 * line whenever something has happened.
 */
final class LiveView implements AutoCloseable {
  private static final long INTERVAL_NANOS = Duration.ofMillis(500).toNanos();
  private static final int DEATHS_SHOWN = 6;
  private static final int BAR = 40;

  private final PrintWriter out;
  private final boolean terminal;
  private final Progress progress;
  private final long started = System.nanoTime();
  private final Thread thread;
  private volatile boolean ending;
  private int drawnLines;
  private int deathsPrinted;
  private int segmentPrinted;

  private LiveView(PrintWriter out, boolean terminal, Progress progress) {
    this.out = out;
    this.terminal = terminal;
    this.progress = progress;
    thread = new Thread(this::draw, "live-view");
    thread.setDaemon(true);
  }

  static LiveView of(PrintWriter out, boolean terminal, Progress progress) {
    LiveView view = new LiveView(out, terminal, progress);
    if (!terminal) {
      out.println(progress.title());
      out.flush();
    }
    view.thread.start();
    return view;
  }

  private void draw() {
    while (!ending) {
      update();
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
    update();
  }

  private void update() {
    if (terminal) {
      picture();
    } else {
      lines();
    }
    out.flush();
  }

  private void picture() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("\u001b[1m" + progress.title() + "\u001b[0m   " + elapsed());
    lines.add(bar() + "  " + progress.phase());
    lines.add("");
    lines.add("             state         uptime   dropped   routes in   routes out");
    lines.add(peer("FRR a", progress.a()));
    lines.add(peer("FRR b", progress.b()));
    lines.add("");
    lines.add("  speaker    " + progress.speaker());
    lines.add(
        "  route changes %d, tables compared and equal %d"
            .formatted(progress.routeChanges(), progress.equalTables()));
    List<Progress.Death> deaths = progress.deaths();
    int from = Math.max(0, deaths.size() - DEATHS_SHOWN);
    for (int i = from; i < from + DEATHS_SHOWN; i++) {
      lines.add(i < deaths.size() ? "  " + describe(deaths.get(i)) : "");
    }
    StringBuilder screen = new StringBuilder();
    if (drawnLines > 0) {
      screen.append("\u001b[").append(drawnLines).append("A\r");
    }
    for (String line : lines) {
      screen.append(line).append("\u001b[K\n");
    }
    out.print(screen);
    drawnLines = lines.size();
  }

  private String elapsed() {
    return Duration.ofNanos(System.nanoTime() - started).toSeconds() + " s";
  }

  private String bar() {
    int of = Math.max(1, progress.segments());
    int done = Math.min(BAR, BAR * progress.segment() / of);
    return "  [" + "#".repeat(done) + ".".repeat(BAR - done) + "]";
  }

  private static String peer(String name, Optional<NeighborView> view) {
    return view.map(
            v ->
                "  %-9s  %-12s %6d s  %8d  %10d  %11d"
                    .formatted(
                        name,
                        v.state(),
                        v.uptimeMillis() / 1000,
                        v.connectionsDropped(),
                        v.prefixesReceived(),
                        v.prefixesSent()))
        .orElse("  " + name);
  }

  private static String describe(Progress.Death death) {
    LocalTime time =
        LocalTime.ofInstant(
                Instant.EPOCH.plus(death.micros(), ChronoUnit.MICROS), ZoneId.systemDefault())
            .truncatedTo(ChronoUnit.MILLIS);
    return "%s  SIGKILL %2d: process %d%s"
        .formatted(
            time,
            death.number(),
            death.pid(),
            death.recovering() ? ", while it was recovering" : "");
  }

  private void lines() {
    List<Progress.Death> deaths = progress.deaths();
    for (; deathsPrinted < deaths.size(); deathsPrinted++) {
      out.println("  " + describe(deaths.get(deathsPrinted)));
    }
    if (progress.segment() != segmentPrinted) {
      segmentPrinted = progress.segment();
      out.printf(
          "  %s: stretch %d of %d; dropped a %s, b %s; uptime a %s, b %s%n",
          elapsed(),
          segmentPrinted,
          progress.segments(),
          progress.a().map(NeighborView::connectionsDropped).map(String::valueOf).orElse("-"),
          progress.b().map(NeighborView::connectionsDropped).map(String::valueOf).orElse("-"),
          progress.a().map(v -> v.uptimeMillis() / 1000 + " s").orElse("-"),
          progress.b().map(v -> v.uptimeMillis() / 1000 + " s").orElse("-"));
    }
  }

  @Override
  public void close() {
    ending = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
