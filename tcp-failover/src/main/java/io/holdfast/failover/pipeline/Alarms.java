package io.holdfast.failover.pipeline;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator must hear of: logged at once, the last ones kept for {@code show failover}. */
public final class Alarms {
  /** How many are kept. */
  public static final int KEPT = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

  /** When, and one line that says what. */
  public record Alarm(Instant time, String text) {}

  private final Deque<Alarm> last = new ArrayDeque<>();

  /** Any thread. */
  public void raise(String text) {
    LOG.warn("alarm: {}", text);
    synchronized (last) {
      if (last.size() == KEPT) {
        last.removeFirst();
      }
      last.addLast(new Alarm(Instant.now(), text));
    }
  }

  /** The newest last. Any thread. */
  public List<Alarm> last() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }
}
