package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Teardown;
import io.holdfast.lab.topology.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A {@code bin/logd} on loopback, as an operator starts it, and what it costs. */
final class LogdProcess implements AutoCloseable {
  private static final long END_SECONDS = 20;

  private final String id;
  private final Path folder;
  private final Process process;

  private LogdProcess(String id, Path folder, Process process) {
    this.id = id;
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param log the section {@code failover.log} of its configuration
   */
  static LogdProcess start(String id, Path folder, String log) {
    try {
      Files.createDirectories(folder);
      Path configuration = folder.resolve("logd.yaml");
      Files.writeString(
          configuration,
          """
          version: 1
          runtime-directory: run
          failover:
            log:
          """
              + log.indent(4));
      Process process =
          new ProcessBuilder(
                  Checkout.program("logd").toString(), "--config", configuration.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("logd.out").toFile())
              .start();
      return Teardown.keep(new LogdProcess(id, folder, process));
    } catch (IOException e) {
      throw new LabFailure("cannot start logd " + id, e);
    }
  }

  String id() {
    return id;
  }

  /** Resident memory now, or the largest it ever was, in bytes. */
  long resident(boolean largest) {
    String name = largest ? "VmHWM:" : "VmRSS:";
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException e) {
      throw new LabFailure("logd " + id + " has ended:\n" + lastWords(), e);
    }
    throw new LabFailure("no " + name + " of logd " + id);
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(folder.resolve("logd.out"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return "";
    }
  }

  /** Bytes of all its files, each counted once however many names it has. */
  long diskBytes() {
    Set<Object> seen = new HashSet<>();
    long sum = 0;
    try (Stream<Path> files = Files.walk(folder.resolve("log"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        sum += size(file, seen);
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      return sum; // something went away meanwhile: the next look counts
    }
    return sum;
  }

  private static long size(Path file, Set<Object> seen) throws IOException {
    return Files.isRegularFile(file) && seen.add(Files.getAttribute(file, "unix:ino"))
        ? Files.size(file)
        : 0;
  }

  @Override
  public void close() {
    Teardown.forget(this);
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
