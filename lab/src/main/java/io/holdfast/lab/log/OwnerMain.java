package io.holdfast.lab.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.lab.history.HistoryRecorder;
import io.holdfast.logstore.config.ConfigException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * {@code OwnerMain NAME HISTORY}: an owner of a log as a process. Each line of standard input is a
 * JSON object with {@code do}; each is answered by one line, {@code {"error": TEXT}} where it did
 * not work. It ends with its input, without an end in order.
 *
 * <pre>
 *   open        config, patience (s)       becomes the owner: epoch, position, first
 *   append      records                    [{kind, stream, offset, size, endpoint}]: records
 *   commit      patience (s)               waits until all that was appended is stable: committed
 *   read        position, note (bool)      records; note: into the history
 *   read-stream stream, offset             records
 *   trim        position                   {}
 *   status                                 status, seen, appended, committed, first
 *   statistics                             as LogStatistics
 *   streams     after, limit | endpoint    active, streams
 *   look        folders                    looks into these members' files at each commit from now on
 *   looked                                 ends that: looks [{position, nanos, holders}]
 *   run         from, to, pause, window    begins to append by itself, see {@link OwnerTurn}
 *   rest                                   ends that: appended, committed
 *   close                                  ends the turn in order
 * </pre>
 *
 * <p>Threads: {@code main} appends and does what it is told; one more reads the input.
 */
public final class OwnerMain {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long IDLE_MILLIS = 200;

  private OwnerMain() {}

  /** The process's entry. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon(true).name("input").start(() -> listen(lines));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    OwnerTurn turn = new OwnerTurn(arguments[0], HistoryRecorder.to(Path.of(arguments[1])));
    while (true) {
      long wait = turn.running() ? turn.appendSome() : IDLE_MILLIS;
      String line = lines.poll(wait, TimeUnit.MILLISECONDS);
      if (line != null && line.isEmpty()) {
        Runtime.getRuntime().halt(0);
      } else if (line != null) {
        out.println(answer(turn, line));
      }
    }
  }

  /** An empty line stands for the end. */
  private static void listen(LinkedBlockingQueue<String> lines) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      System.err.println("owner: " + e.getMessage());
    }
    lines.add("");
  }

  private static ObjectNode answer(OwnerTurn turn, String line) throws InterruptedException {
    ObjectNode answer = JSON.createObjectNode();
    try {
      JsonNode told = JSON.readTree(line);
      switch (told.path("do").asText()) {
        case "open" -> turn.open(told, answer);
        case "append" -> turn.append(told, answer);
        case "commit" -> turn.commit(told, answer);
        case "read" -> turn.read(told, answer);
        case "read-stream" -> turn.readStream(told, answer);
        case "trim" -> turn.trim(told);
        case "status" -> turn.status(answer);
        case "statistics" -> turn.statistics(answer);
        case "streams" -> turn.streams(told, answer);
        case "look" -> turn.look(told);
        case "looked" -> turn.looked(answer);
        case "run" -> turn.run(told);
        case "rest" -> turn.rest(answer);
        case "close" -> turn.close();
        default -> answer.put("error", "what is " + told);
      }
    } catch (IOException | ConfigException | RuntimeException e) {
      answer.removeAll();
      answer.put("error", e.getMessage() == null ? e.toString() : e.getMessage());
      answer.put("kind", e.getClass().getSimpleName());
    }
    return answer;
  }
}
