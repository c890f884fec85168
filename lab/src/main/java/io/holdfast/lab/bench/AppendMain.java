package io.holdfast.lab.bench;

import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.config.ConfigFile;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.placement.LogPlacement;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The process that owns the log of a configuration, through the same door as failoverd, and appends
 * to it, or to a file beside it: {@code AppendMain CONFIGURATION SCRATCH_FILE}.
 *
 * <p>Orders are lines on standard input, each is answered by one line ({@code error …} when it went
 * wrong): {@code open}; {@code paced TARGET RECORDS} and {@code stream TARGET BYTES}, where the
 * target is {@code log}, or a file: {@code unsynced} (a write for each record), {@code batched} (a
 * write for each batch) or {@code synced} (a write and a sync for each batch); {@code next},
 * another connection; {@code rest}, which waits for all members and trims; {@code close}, after
 * which it ends.
 */
public final class AppendMain {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path configuration;
  private final Path scratch;

  private AppendMain(Path configuration, Path scratch) {
    this.configuration = configuration;
    this.scratch = scratch;
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("CONFIGURATION SCRATCH_FILE");
    }
    new AppendMain(Path.of(arguments[0]), Path.of(arguments[1])).serve();
    Runtime.getRuntime().halt(0);
  }

  private void serve() throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (LogTarget log = open()) {
      out.println("open");
      for (String order = in.readLine();
          order != null && !order.equals("close");
          order = in.readLine()) {
        out.println(answer(log, order.split(" ", -1)));
      }
    } catch (IOException | ConfigException e) {
      out.println("error " + e.getMessage());
      return;
    }
    out.println("closed");
  }

  private LogTarget open() throws IOException, ConfigException {
    ConfigFile file = ConfigFile.parse(configuration);
    LogConfig.check(file);
    LogConfig.checkFiles(file);
    file.accept();
    return new LogTarget(LogPlacement.open(LogConfig.of(file), "bench", PATIENCE));
  }

  private String answer(LogTarget log, String[] order) {
    try {
      return switch (order[0]) {
        case "paced" -> paced(log, order[1], Integer.parseInt(order[2]));
        case "stream" -> stream(log, order[1], Long.parseLong(order[2]));
        case "next" -> {
          log.nextStream();
          yield "done";
        }
        case "rest" -> {
          log.rest();
          yield "done";
        }
        default -> "error what is " + order[0];
      };
    } catch (IOException | RuntimeException e) {
      return "error " + e;
    }
  }

  private RawFile raw(String target) throws IOException {
    return new RawFile(
        scratch, target.equals("synced"), target.equals("unsynced") ? 1 : AppendLoop.BATCH);
  }

  /** Microseconds: the median and the 99th percentile. */
  private String paced(LogTarget log, String target, int records) throws IOException {
    long[] nanos;
    if (target.equals("log")) {
      nanos = new AppendLoop(log).paced(records);
    } else {
      try (RawFile file = raw(target)) {
        nanos = new AppendLoop(file).paced(records);
      }
    }
    return nanos[records / 2] / 1e3 + " " + nanos[records * 99 / 100] / 1e3;
  }

  /** MB/s. */
  private String stream(LogTarget log, String target, long bytes) throws IOException {
    double seconds;
    if (target.equals("log")) {
      seconds = new AppendLoop(log).stream(bytes);
    } else {
      try (RawFile file = raw(target)) {
        seconds = new AppendLoop(file).stream(bytes);
      }
    }
    return Double.toString(bytes / seconds / 1e6);
  }
}
