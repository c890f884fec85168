package io.holdfast.lab.bench;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.topology.Checkout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The owner of the log in its own namespace: one {@link AppendMain} for all runs, so that they find
 * it warm. Its JVM has the flags of failoverd.
 */
final class AppendProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final LabProcess process;
  private final BufferedReader answers;

  private AppendProcess(LabProcess process) {
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.standardOutput(), StandardCharsets.UTF_8));
  }

  /** What is appended to. */
  enum Target {
    LOG,
    /** A file, a write for each record. */
    UNSYNCED,
    /** A file, a write and a sync for each batch. */
    SYNCED,
    /** A file, a write for each batch. */
    BATCHED
  }

  /** What single records waited for their commit, in microseconds. */
  record Waits(double p50Micros, double p99Micros) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "p50 %.0f us p99 %.0f us", p50Micros, p99Micros);
    }
  }

  /**
   * Starts it; it begins to open the log.
   *
   * @param folder for its output and the raw files
   */
  static AppendProcess start(Namespace namespace, Path configuration, Path folder) {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(flags());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            AppendMain.class.getName(),
            configuration.toString(),
            folder.resolve("raw").toString()));
    return new AppendProcess(
        namespace.startTalking("owner", folder.resolve("owner.out"), Map.of(), command));
  }

  /** Collector, header layout and sizes as in production; HOLDFAST_JAVA_OPTIONS behind them. */
  private static List<String> flags() {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+ExitOnOutOfMemoryError"));
    Path script = Checkout.program("failoverd");
    try {
      String line =
          Files.readAllLines(script).stream()
              .filter(each -> each.startsWith("flags=\""))
              .findFirst()
              .orElseThrow(() -> new LabFailure("no line flags=\"…\" in " + script));
      flags.addAll(words(line.substring(line.indexOf('"') + 1, line.lastIndexOf('"'))));
    } catch (IOException e) {
      throw new LabFailure("cannot read " + script, e);
    }
    flags.addAll(words(System.getenv().getOrDefault("HOLDFAST_JAVA_OPTIONS", "")));
    return flags;
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split(" +", -1));
  }

  /** Waits until it owns the log. */
  void awaitOpen() {
    answer("open");
  }

  /** Appends single records at 200 a second. */
  Waits paced(Target target, int records) {
    String[] words = ask("paced " + name(target) + " " + records).split(" ", 2);
    return new Waits(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
  }

  /** Appends as fast as it takes; gives MB/s. */
  double stream(Target target, long bytes) {
    return Double.parseDouble(ask("stream " + name(target) + " " + bytes));
  }

  private static String name(Target target) {
    return target.name().toLowerCase(Locale.ROOT);
  }

  /** Ends the connection that the records belong to, and opens another. */
  void next() {
    ask("next");
  }

  /** Waits until every member has all, and lets the log drop it. */
  void rest() {
    ask("rest");
  }

  /** What it has used so far. */
  ProcessUsage usage() {
    return new ProcessUsage(process.pid());
  }

  private String ask(String order) {
    try {
      process.standardInput().write((order + "\n").getBytes(StandardCharsets.UTF_8));
      process.standardInput().flush();
    } catch (IOException e) {
      throw new LabFailure("the owner of the log has ended: " + process.lastWords(), e);
    }
    return answer(order);
  }

  private String answer(String order) {
    try {
      String answer = answers.readLine();
      if (answer == null || answer.startsWith("error ")) {
        throw new LabFailure(
            "the owner of the log, " + order + ": " + answer + "; " + process.lastWords());
      }
      return answer;
    } catch (IOException e) {
      throw new LabFailure("the owner of the log does not answer", e);
    }
  }

  /** Ends the connection, closes the log, and waits for the end of the process. */
  void finish() {
    ask("close");
    if (!process.awaitEnd(LIMIT)) {
      throw new LabFailure("the owner of the log does not end");
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
