package io.holdfast.lab.bench;

import io.holdfast.lab.net.LabFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** What a process has used, from /proc (see proc(5)). */
final class ProcessUsage {
  /** USER_HZ: the same on every Linux that Java runs on. */
  private static final double TICKS_A_SECOND = 100;

  /** Index behind the closing bracket of the command's name; "utime" is field 14 of the line. */
  private static final int UTIME = 14 - 3;

  /** For the JIT and the first timers to come to rest. */
  static final Duration SETTLE = Duration.ofSeconds(10);

  private final Path folder;

  ProcessUsage(long pid) {
    folder = Path.of("/proc", Long.toString(pid));
  }

  /** Seconds of CPU time since its start, user and system, all threads. */
  double cpuSeconds() {
    String line = read("stat");
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1])) / TICKS_A_SECOND;
  }

  /**
   * CPU time of a process that has nothing to do, in percent of a core: lets it come to rest (JIT,
   * first timers), then counts for so long.
   */
  double idlePercent(Duration time) {
    pass(SETTLE);
    double before = cpuSeconds();
    long start = System.nanoTime();
    pass(time);
    return (cpuSeconds() - before) * 100 / ((System.nanoTime() - start) * 1e-9);
  }

  /** Lets time pass. */
  static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Resident memory in MB (10^6 bytes), pages shared with others included. */
  double residentMegabytes() {
    return read("status")
            .lines()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow()
        * 1024
        / 1e6;
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new LabFailure("cannot read " + folder.resolve(name), e);
    }
  }
}
