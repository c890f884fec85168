package io.holdfast.lab.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.lab.net.LabFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Where and when figures were taken, without which they mean little.
 *
 * @param time when the bench began
 * @param processor its name, as the kernel has it
 * @param cores how many of them
 * @param kernel release of the kernel
 * @param java version of the JVM
 * @param load how many others wanted a core, on average over the minute before the bench
 */
public record Surroundings(
    Instant time, String processor, int cores, String kernel, String java, double load) {

  /** Here and now. */
  static Surroundings now() {
    try {
      String processor =
          Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(System.getProperty("os.arch", "unknown"));
      String load = Files.readString(Path.of("/proc/loadavg"));
      return new Surroundings(
          Instant.now().truncatedTo(ChronoUnit.SECONDS),
          processor,
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("os.version", "unknown"),
          Runtime.version().toString(),
          Double.parseDouble(load.substring(0, load.indexOf(' '))));
    } catch (IOException e) {
      throw new LabFailure("cannot read /proc", e);
    }
  }

  void describe(ObjectNode node) {
    node.put("time", time.toString())
        .put("processor", processor)
        .put("cores", cores)
        .put("kernel", kernel)
        .put("java", java)
        .put("loadBefore", load);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %d x %s, Linux %s, Java %s, load before %.1f",
        time,
        cores,
        processor,
        kernel,
        java,
        load);
  }
}
