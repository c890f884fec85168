package io.holdfast.lab.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An owner's process ({@link OwnerMain}), and the talk with it. Owned by one thread. */
public final class LogOwner implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long ANSWER_SECONDS = 120;

  /** It could not do what it was told. */
  public static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String kind;

    RefusedException(String name, JsonNode answer) {
      super(name + ": " + answer.path("error").asText());
      this.kind = answer.path("kind").asText();
    }

    /** Name of the exception that the log threw. */
    public String kind() {
      return kind;
    }
  }

  private final String name;
  private final Path configuration;
  private final LabProcess process;
  private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();

  /**
   * Starts the process.
   *
   * @param configuration what it will open
   * @param folder for its output
   * @param history file that it appends to
   */
  LogOwner(Bridge.Machine at, String name, Path configuration, Path folder, Path history) {
    this.name = name;
    this.configuration = configuration;
    this.process =
        at.namespace()
            .startTalking(
                "owner " + name,
                folder.resolve("owner-" + name + ".out"),
                Map.of(),
                command(name, history));
    Thread.ofPlatform().daemon(true).name("owner-" + name).start(this::listen);
  }

  private static List<String> command(String name, Path history) {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx384m",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            OwnerMain.class.getName(),
            name,
            history.toString()));
  }

  private void listen() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.standardOutput(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        answers.add(line);
      }
    } catch (IOException e) {
      // It has ended; whoever waits for an answer is told below.
    }
    answers.add("");
  }

  /** What the lab calls it. */
  public String name() {
    return name;
  }

  /** The process. */
  public LabProcess process() {
    return process;
  }

  /**
   * Tells it to do something, and waits for the answer.
   *
   * @param with adds to the object
   * @throws RefusedException if it could not
   */
  public JsonNode tell(String what, Consumer<ObjectNode> with) {
    begin(what, with);
    return answer();
  }

  /** Tells it to do something; {@link #answer} has to be called next. */
  public void begin(String what, Consumer<ObjectNode> with) {
    ObjectNode line = JsonNodeFactory.instance.objectNode().put("do", what);
    with.accept(line);
    try {
      process.standardInput().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.standardInput().flush();
    } catch (IOException e) {
      throw gone();
    }
  }

  /** The answer to what was told last. */
  public JsonNode answer() {
    try {
      String line = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new LabFailure("owner " + name + " does not answer; " + process.lastWords());
      }
      if (line.isEmpty()) {
        throw gone();
      }
      JsonNode answer = JSON.readTree(line);
      if (answer.has("error")) {
        throw new RefusedException(name, answer);
      }
      return answer;
    } catch (IOException e) {
      throw new LabFailure("owner " + name + " said something else", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted", e);
    }
  }

  private LabFailure gone() {
    return new LabFailure("owner " + name + " has ended; " + process.lastWords());
  }

  /** Tells it to do something that needs no more words. */
  public JsonNode tell(String what) {
    return tell(what, nothing -> {});
  }

  /** Becomes the owner. */
  public JsonNode open() {
    return tell("open", this::opening);
  }

  /** What {@code open} has to be told. */
  private void opening(ObjectNode into) {
    into.put("config", configuration.toString()).put("patience", 60);
  }

  /** Appends notes of these sizes; gives all records that were written, without their names. */
  public List<LogRecord> append(int... sizes) {
    return appendAll(
        records -> {
          for (int size : sizes) {
            records.addObject().put("size", size);
          }
        });
  }

  /** Appends records as {@link OwnerMain} describes them. */
  public List<LogRecord> appendAll(Consumer<ArrayNode> records) {
    return records(tell("append", line -> records.accept(line.putArray("records"))));
  }

  /** Waits until all is committed; gives the position. */
  public long commit() {
    return tell("commit").path("committed").asLong();
  }

  /** Everything from a position on, as the log serves it. */
  public List<LogRecord> read(long position) {
    return records(tell("read", line -> line.put("position", position).put("note", true)));
  }

  /** The records in an answer. */
  static List<LogRecord> records(JsonNode answer) {
    List<LogRecord> records = new ArrayList<>();
    answer.path("records").forEach(json -> records.add(LogRecord.of(json)));
    return records;
  }

  /** Ends it by SIGKILL. */
  public void kill() {
    process.signal(Signal.KILL);
    process.close();
  }

  @Override
  public void close() {
    process.close();
  }
}
