package io.holdfast.lab.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of an external tool (ip, tc, kill), from start to end. */
public final class Command {
  private static final long LIMIT_SECONDS = 60;

  private Command() {}

  /** What a tool said and how it ended. */
  public record Outcome(int exitCode, String output) {

    /** Whether the tool ended with exit code 0. */
    public boolean ok() {
      return exitCode == 0;
    }
  }

  /**
   * Runs a tool and gives what it wrote (both streams).
   *
   * @throws LabFailure when it cannot be started, or ends with anything but 0
   */
  public static String run(String... command) {
    Outcome outcome = attempt(List.of(command));
    if (!outcome.ok()) {
      throw new LabFailure(
          String.join(" ", command)
              + ": exit code "
              + outcome.exitCode()
              + ": "
              + outcome.output().strip());
    }
    return outcome.output();
  }

  /**
   * Runs a tool that is allowed to fail.
   *
   * @throws LabFailure only when it cannot be started or does not end
   */
  public static Outcome attempt(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new LabFailure(String.join(" ", command) + ": does not end");
      }
      return new Outcome(process.exitValue(), output);
    } catch (IOException e) {
      throw new LabFailure("cannot run " + command.getFirst(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted in " + String.join(" ", command), e);
    }
  }

  /** A command line with something put before it. */
  static List<String> prefixed(List<String> prefix, List<String> command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return List.copyOf(whole);
  }
}
