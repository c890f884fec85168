package io.holdfast.lab.acceptance;

import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.frr.RouteView;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.PairOfPeers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What one FRR announces, and with it what the other has to have. Not thread-safe.
 *
 * <p>The expectation is made from what was told to the announcer and from the rules of eBGP: our AS
 * in front of the path, our address for the next hop, nothing else changed.
 */
final class Routes {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final FrrRouter announcer;
  private final FrrRouter receiver;
  private final String nextHop;
  private final Map<String, Integer> announced = new TreeMap<>();

  private Routes(FrrRouter announcer, FrrRouter receiver, String nextHop) {
    this.announcer = announcer;
    this.receiver = receiver;
    this.nextHop = nextHop;
  }

  static Routes fromAToB(PairOfPeers pair) {
    return new Routes(pair.a(), pair.b(), PairOfPeers.H_TO_B);
  }

  static Routes fromBToA(PairOfPeers pair) {
    return new Routes(pair.b(), pair.a(), PairOfPeers.H_TO_A);
  }

  /** {@code 10.first.0.0/24} to {@code 10.first.(count-1).0/24}; count up to 250. */
  static List<String> block(int first, int count) {
    return IntStream.range(0, count).mapToObj(i -> "10." + first + "." + i + ".0/24").toList();
  }

  void announce(List<String> prefixes, int set) {
    announcer.announce(prefixes, set);
    prefixes.forEach(prefix -> announced.put(prefix, set));
  }

  void withdraw(List<String> prefixes) {
    announcer.withdraw(prefixes);
    prefixes.forEach(announced::remove);
  }

  /** Waits until the receiver has exactly this. */
  void awaitArrival() {
    Map<String, String> expected = expected();
    Waiting.until(
        "the routes",
        LIMIT,
        () -> {
          Map<String, String> there = learned();
          if (!there.equals(expected)) {
            throw new LabFailure(difference(there, expected));
          }
          return true;
        });
  }

  /** How many routes the receiver has learned, whatever they are. */
  int learnedCount() {
    return receiver.learned().size();
  }

  private Map<String, String> expected() {
    Map<String, String> expected = new TreeMap<>();
    announced.forEach(
        (prefix, set) ->
            expected.put(
                prefix,
                "%d %s %s via %s"
                    .formatted(
                        PairOfPeers.AS_H,
                        announcer.config().path(set),
                        announcer.config().origin(set),
                        nextHop)));
    return expected;
  }

  private Map<String, String> learned() {
    Map<String, String> learned = new TreeMap<>();
    receiver.learned().forEach((prefix, route) -> learned.put(prefix, text(route)));
    return learned;
  }

  private static String text(RouteView route) {
    return "%s %s via %s"
        .formatted(route.path(), route.origin(), String.join(" ", route.nextHops()));
  }

  private static String difference(Map<String, String> there, Map<String, String> expected) {
    Map<String, String> wrong = new TreeMap<>(there);
    wrong.entrySet().removeAll(expected.entrySet());
    Map<String, String> missing = new TreeMap<>(expected);
    missing.entrySet().removeAll(there.entrySet());
    return "%d routes of %d; wrong: %s; missing: %s"
        .formatted(there.size(), expected.size(), first(wrong), first(missing));
  }

  private static String first(Map<String, String> routes) {
    return routes.isEmpty()
        ? "none"
        : routes.size() + ", as " + routes.entrySet().iterator().next();
  }
}
