package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which server is tried next: where a hint points, else the list in turn; after a round in vain a
 * pause that doubles from 50 ms to 1 s. A server that takes us counts as tried in vain too if
 * nothing comes of it twice in a row. Owned by the client's thread.
 */
final class Search {
  static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** Hints followed in a round; members that point at one another must not keep us busy. */
  private static final int MOST_HINTS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(Search.class);

  /** What to do next. */
  record Step(HostPort server, Duration pause) {}

  private final List<HostPort> servers;
  private final Map<HostPort, String> reasons = new LinkedHashMap<>();
  private Duration pause = FIRST_PAUSE;
  private int next;
  private int tried;
  private int hints;

  /** Losses in a row of a turn that had come to nothing. */
  private int fruitless;

  Search(List<HostPort> servers) {
    this.servers = List.copyOf(servers);
  }

  /** The first step at the start, or when somebody says who leads. */
  Step begin(Optional<HostPort> hint) {
    tried = 0;
    hints = 0;
    pause = FIRST_PAUSE;
    return hint.map(this::hinted).orElseGet(this::inTurn);
  }

  /**
   * The next step after the turn was lost where it went on. Leaders change, and the next one is
   * looked for at once; but whoever grants the turn and fails at once is not asked without end.
   *
   * @param fruitful whether anything was committed there, or it was held for a while
   */
  Step lost(HostPort server, String reason, Optional<HostPort> hint, boolean fruitful) {
    return repeated(fruitful)
        ? failed(server, "took us and failed at once: " + reason, hint)
        : begin(hint.filter(h -> !h.equals(server)));
  }

  /** Whether a turn was lost that had come to nothing, and the one before as well. */
  boolean repeated(boolean fruitful) {
    fruitless = fruitful ? 0 : fruitless + 1;
    return fruitless > 1;
  }

  /**
   * The next step after this server was tried in vain.
   *
   * @return with a pause where the round is over
   */
  Step failed(HostPort server, String reason, Optional<HostPort> hint) {
    if (!reason.equals(reasons.put(server, reason))) {
      LOG.info("no log at {}", named(server, reason));
    }
    Optional<HostPort> other = hint.filter(h -> !h.equals(server) && hints < MOST_HINTS);
    if (other.isPresent()) {
      return hinted(other.get());
    }
    if (tried < servers.size()) {
      return inTurn();
    }
    tried = 0;
    hints = 0;
    Step step = new Step(inTurn().server(), pause);
    pause =
        pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    return step;
  }

  /** A server took us. */
  void found() {
    reasons.clear();
  }

  private Step hinted(HostPort server) {
    hints++;
    return new Step(server, Duration.ZERO);
  }

  private Step inTurn() {
    tried++;
    return new Step(servers.get(Math.floorMod(next++, servers.size())), Duration.ZERO);
  }

  private static String named(HostPort server, String reason) {
    return reason.startsWith(server.toString()) ? reason : server + ": " + reason;
  }

  /** Why nobody took us, in one line. */
  String reasons() {
    return reasons.isEmpty()
        ? "no answer yet"
        : reasons.entrySet().stream()
            .map(e -> named(e.getKey(), e.getValue()))
            .collect(Collectors.joining("; "));
  }
}
