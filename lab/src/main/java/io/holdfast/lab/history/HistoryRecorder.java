package io.holdfast.lab.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a history down while it happens, in the format of {@link HistoryFile}: a line goes to the
 * kernel before the method returns, so it outlives this process. An append is written down before
 * it is handed to the log ({@link #invoked}) and again when its outcome is known; what has no
 * outcome in the end is indeterminate. Any thread.
 */
public final class HistoryRecorder implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OutputStream out;

  private HistoryRecorder(OutputStream out) {
    this.out = out;
  }

  /** Appends to a file, which it makes if it is not there. */
  public static HistoryRecorder to(Path file) throws IOException {
    return new HistoryRecorder(
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /** An append is about to be handed over. */
  public void invoked(BatchId id, long position, int length, String hash, long at) {
    line(bytes(named("invoke", id), position, length, hash).put("at", at));
  }

  /** It was committed. */
  public void acknowledged(BatchId id, long at) {
    line(named("ok", id).put("at", at));
  }

  /** It was not taken, and will never be. */
  public void refused(BatchId id, long at) {
    line(named("refused", id).put("at", at));
  }

  /** Somebody was given a batch as committed. */
  public void read(Read read) {
    ObjectNode line = JSON.createObjectNode().put("kind", "read").put("client", read.client());
    line(bytes(line, read.position(), read.length(), read.hash()).put("at", read.at()));
  }

  /** The final log begins here; its batches follow. */
  public void log(long first) {
    line(JSON.createObjectNode().put("kind", "log").put("first", first));
  }

  /** The next batch of the final log. */
  public void batch(Batch batch) {
    BatchId id = batch.id();
    ObjectNode line =
        id == null ? JSON.createObjectNode().put("kind", "batch") : named("batch", id);
    bytes(line, batch.position(), batch.length(), batch.hash());
    line(line.put("term", batch.term()).put("owner", batch.epoch()));
  }

  /** A whole history. */
  public void history(History history) {
    for (Append append : history.appends()) {
      invoked(append.id(), append.position(), append.length(), append.hash(), append.invokedAt());
      switch (append.outcome()) {
        case ACKNOWLEDGED -> acknowledged(append.id(), append.completedAt());
        case REFUSED -> refused(append.id(), append.completedAt());
        case INDETERMINATE -> {
          // has no second line
        }
      }
    }
    history.reads().forEach(this::read);
    log(history.first());
    history.log().forEach(this::batch);
  }

  private static ObjectNode named(String kind, BatchId id) {
    return JSON.createObjectNode()
        .put("kind", kind)
        .put("client", id.client())
        .put("epoch", id.epoch())
        .put("sequence", id.sequence());
  }

  private static ObjectNode bytes(ObjectNode line, long position, int length, String hash) {
    return line.put("position", position).put("length", length).put("hash", hash);
  }

  private synchronized void line(ObjectNode line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
