package io.holdfast.lab.bench;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Teardown;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The peer in its own namespace: one {@link StreamClient} for all runs, so that they find it warm.
 */
final class StreamPeer implements AutoCloseable {
  private final Process process;
  private final PrintStream orders;
  private final BufferedReader answers;

  private StreamPeer(Process process) {
    this.process = process;
    this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * @param errors the file that gets what it complains about
   * @param host the service's address
   */
  static StreamPeer start(Namespace namespace, Path errors, String host) {
    List<String> command = namespace.inside(StreamLab.java(StreamClient.class, List.of(host)));
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      return Teardown.keep(new StreamPeer(builder.start()));
    } catch (IOException e) {
      throw new LabFailure("cannot start the stream client", e);
    }
  }

  /** How long the stream took. */
  double seconds(int port, Direction direction, long bytes) {
    return Double.parseDouble(ask(port, direction.name().toLowerCase(Locale.ROOT), bytes));
  }

  /** How long segments waited for their acknowledgment. */
  AckProbe.Latency acknowledgments(int port, int probes) {
    String[] words = ask(port, "ack", probes).split(" ", 2);
    return new AckProbe.Latency(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
  }

  private String ask(int port, String what, long count) {
    String order = port + " " + what + " " + count;
    try {
      orders.println(order);
      String answer = answers.readLine();
      if (answer == null) {
        throw new LabFailure("the stream client ended or hung in: " + order);
      }
      if (answer.startsWith("error ")) {
        throw new LabFailure(answer);
      }
      return answer;
    } catch (IOException e) {
      throw new LabFailure("the stream client does not answer", e);
    }
  }

  @Override
  public void close() {
    Teardown.forget(this);
    orders.close();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
