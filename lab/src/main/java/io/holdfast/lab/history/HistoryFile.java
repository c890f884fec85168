package io.holdfast.lab.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads histories: text, one JSON object a line, in one file or in several (each client's own, and
 * one with the final log).
 *
 * <pre>
 *   {"kind":"invoke","client":"a","epoch":1,"sequence":1,"position":0,"length":9,"hash":"..","at":1}
 *   {"kind":"ok","client":"a","epoch":1,"sequence":1,"at":2}          or "refused"
 *   {"kind":"read","client":"r","position":0,"length":9,"hash":"..","at":3}
 *   {"kind":"log","first":0}                                          once, before the batches
 *   {"kind":"batch","client":"a","epoch":1,"sequence":1,"position":0,"length":9,"hash":"..",
 *    "term":1,"owner":1}
 * </pre>
 *
 * <p>An invoke without "ok" or "refused" is indeterminate. A last line that was not written whole
 * (its process was killed) does not count. Owned by one thread.
 */
public final class HistoryFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<BatchId, Append> appends = new LinkedHashMap<>();
  private final List<Read> reads = new ArrayList<>();
  private final List<Batch> log = new ArrayList<>();

  /** Outcomes whose invoke stands in a file that is read later. */
  private final Map<BatchId, Line> outcomes = new LinkedHashMap<>();

  private long first = -1;

  private record Line(Path file, int number, JsonNode json) {

    String text(String field) throws HistoryFormatException {
      JsonNode value = json.path(field);
      if (!value.isTextual()) {
        throw wrong("no " + field);
      }
      return value.textValue();
    }

    long number(String field) throws HistoryFormatException {
      JsonNode value = json.path(field);
      if (!value.isIntegralNumber()) {
        throw wrong("no " + field);
      }
      return value.longValue();
    }

    int length() throws HistoryFormatException {
      long length = number("length");
      if (length < 0 || length > Integer.MAX_VALUE) {
        throw wrong("length " + length);
      }
      return (int) length;
    }

    BatchId id() throws HistoryFormatException {
      return new BatchId(text("client"), number("epoch"), number("sequence"));
    }

    HistoryFormatException wrong(String found) {
      return new HistoryFormatException(file, number, found);
    }
  }

  private HistoryFile() {}

  /**
   * Reads the files of one run.
   *
   * @throws HistoryFormatException if they hold no history
   */
  public static History read(List<Path> files) throws IOException {
    HistoryFile reader = new HistoryFile();
    for (Path file : files) {
      reader.file(file);
    }
    return reader.history();
  }

  private void file(Path file) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      int number = 0;
      String line = in.readLine();
      while (line != null) {
        number++;
        String following = in.readLine();
        JsonNode json = parse(line);
        if (json != null) {
          line(new Line(file, number, json));
        } else if (following != null) {
          throw new HistoryFormatException(file, number, "not a JSON object");
        }
        line = following;
      }
    }
  }

  private static @Nullable JsonNode parse(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      return json.isObject() ? json : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private void line(Line line) throws HistoryFormatException {
    switch (line.text("kind")) {
      case "invoke" -> invoke(line);
      case "ok", "refused" -> outcomes.putIfAbsent(line.id(), line);
      case "read" ->
          reads.add(
              new Read(
                  line.text("client"),
                  line.number("position"),
                  line.length(),
                  line.text("hash"),
                  line.number("at")));
      case "log" -> {
        if (first >= 0) {
          throw line.wrong("a second final log");
        }
        first = line.number("first");
      }
      case "batch" -> {
        if (first < 0) {
          throw line.wrong("a batch before the line of the log");
        }
        log.add(
            new Batch(
                line.number("position"),
                line.length(),
                line.text("hash"),
                line.number("term"),
                line.number("owner"),
                line.json().has("client") ? line.id() : null));
      }
      default -> throw line.wrong("kind " + line.text("kind"));
    }
  }

  private void invoke(Line line) throws HistoryFormatException {
    Append append =
        new Append(
            line.id(),
            line.number("position"),
            line.length(),
            line.text("hash"),
            line.number("at"),
            Long.MAX_VALUE,
            Outcome.INDETERMINATE);
    if (appends.put(append.id(), append) != null) {
      throw line.wrong("a second append is called " + append.id());
    }
  }

  private History history() throws HistoryFormatException {
    if (first < 0) {
      throw new HistoryFormatException("no line of kind log: there is nothing to compare with");
    }
    List<Append> all = new ArrayList<>();
    for (Append append : appends.values()) {
      Line end = outcomes.remove(append.id());
      all.add(end == null ? append : ended(append, end));
    }
    for (Line orphan : outcomes.values()) {
      throw orphan.wrong("nobody invoked " + orphan.id());
    }
    return new History(List.copyOf(all), List.copyOf(reads), first, List.copyOf(log));
  }

  private static Append ended(Append append, Line end) throws HistoryFormatException {
    boolean acknowledged = end.text("kind").equals("ok");
    return new Append(
        append.id(),
        append.position(),
        append.length(),
        append.hash(),
        append.invokedAt(),
        end.number("at"),
        acknowledged ? Outcome.ACKNOWLEDGED : Outcome.REFUSED);
  }
}
