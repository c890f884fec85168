package io.holdfast.lab.net;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed before this JVM ends. A shutdown hook closes it, the newest first; so the
 * lab is safe against SIGINT and SIGTERM, and against a main that forgets. Once the hook runs,
 * nothing new may be made.
 */
public final class Teardown {
  private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);
  private static final Teardown INSTANCE = new Teardown();

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean ending;

  private Teardown() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAll, "lab-teardown"));
  }

  /**
   * Keeps a thing until {@link #forget}.
   *
   * @throws LabFailure when the JVM is already on its way down; the thing has then been closed
   */
  public static <T extends AutoCloseable> T keep(T thing) {
    INSTANCE.add(thing);
    return thing;
  }

  /** The thing has been closed by its user. */
  public static void forget(AutoCloseable thing) {
    synchronized (INSTANCE.open) {
      INSTANCE.open.remove(thing);
    }
  }

  private void add(AutoCloseable thing) {
    synchronized (open) {
      if (!ending) {
        open.push(thing);
        return;
      }
    }
    close(thing);
    throw new LabFailure("the lab is shutting down");
  }

  private void closeAll() {
    synchronized (open) {
      ending = true;
    }
    while (true) {
      AutoCloseable next;
      synchronized (open) {
        next = open.poll();
      }
      if (next == null) {
        return;
      }
      close(next);
    }
  }

  private static void close(AutoCloseable thing) {
    try {
      thing.close();
    } catch (Exception e) {
      LOG.warn("while cleaning up: {}", e.getMessage());
    }
  }
}
