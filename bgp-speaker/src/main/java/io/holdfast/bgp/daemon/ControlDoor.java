package io.holdfast.bgp.daemon;

import io.holdfast.logstore.control.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket of a speaker that may have a predecessor: one that was stopped, say, still
 * holds the name and answers nobody. Who gets the word from failoverd takes the name, and nobody
 * else does. The work is done on a thread of its own, for it waits.
 */
final class ControlDoor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlDoor.class);

  /** Makes a server and opens it. */
  @FunctionalInterface
  interface Opening {
    ControlServer open() throws IOException;
  }

  private final Path socket;
  private final Opening opening;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "control");
            made.setDaemon(true);
            return made;
          });

  private @Nullable ControlServer server;
  private @Nullable Object key;

  ControlDoor(Path socket, Opening opening) {
    this.socket = socket;
    this.opening = opening;
  }

  /** Opens unless a daemon answers there already; then it waits for {@link #take}. */
  void offer() {
    thread.execute(
        () -> {
          try {
            open();
          } catch (IOException e) {
            LOG.info("{}; it will be taken over once we are attached", e.getMessage());
          }
        });
  }

  /** We have the word: the name is ours, whoever had it. Returns at once. */
  void take() {
    thread.execute(
        () -> {
          try {
            if (ours()) {
              return;
            }
            shut();
            Files.deleteIfExists(socket);
            open();
          } catch (IOException e) {
            LOG.warn("nobody can ask us anything: {}", e.getMessage());
          }
        });
  }

  /** Ends it, and removes the socket if the name is still ours. */
  @Override
  public void close() {
    thread.execute(
        () -> {
          if (ours()) {
            shut();
          }
        });
    thread.close();
  }

  private boolean ours() {
    return server != null && key != null && key.equals(keyOf(socket));
  }

  private void open() throws IOException {
    server = opening.open();
    key = keyOf(socket);
  }

  private void shut() {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  private static @Nullable Object keyOf(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null; // It is gone.
    }
  }
}
