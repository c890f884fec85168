package io.holdfast.lab.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that the lab started and ends. Its output goes to a file. Closing it sends SIGTERM, and
 * SIGKILL when that is not obeyed within the grace (a stopped process is continued first, so that
 * it can obey).
 */
public final class LabProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(3);

  private final String name;
  private final Process process;
  private final Path output;

  LabProcess(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
  }

  /** What the lab calls it. */
  public String name() {
    return name;
  }

  /** Its process id; no child of a wrapper: {@code ip netns exec} becomes the command itself. */
  public long pid() {
    return process.pid();
  }

  /** Where its output goes. */
  public Path output() {
    return output;
  }

  /** Its standard input, where it was started with one. */
  public OutputStream standardInput() {
    return process.getOutputStream();
  }

  /** Its standard output, where it was started to be talked with. */
  public InputStream standardOutput() {
    return process.getInputStream();
  }

  /** Whether it runs (or is stopped). */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a signal to it. */
  public void signal(Signal signal) {
    if (process.isAlive()) {
      signal.send(pid());
    }
  }

  /** Waits for its end; true when it has ended. */
  public boolean awaitEnd(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  /** How it ended: 128 + signal when by a signal. Only after its end. */
  public int exitCode() {
    return process.exitValue();
  }

  /** The last lines that it wrote, for a failure's message. */
  public String lastWords() {
    try {
      List<String> lines = Files.readAllLines(output);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return "(no output: " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    Teardown.forget(this);
    if (process.isAlive()) {
      signal(Signal.TERM);
      signal(Signal.CONT);
      if (!awaitEnd(GRACE)) {
        process.destroyForcibly();
        awaitEnd(GRACE);
      }
    }
  }
}
