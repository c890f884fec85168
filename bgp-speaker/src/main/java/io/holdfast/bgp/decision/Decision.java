package io.holdfast.bgp.decision;

import io.holdfast.bgp.decision.Candidate.Learned;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** RFC 4271 section 9.1.2.2: successive elimination. */
public final class Decision {

  /** RFC 4271 section 9.1.1: what a route counts for when nobody said otherwise. */
  public static final long DEFAULT_LOCAL_PREF = 100;

  /** Smaller is better in each. The ordinal of an origin is its number on the wire. */
  @SuppressWarnings("EnumOrdinal")
  private static final List<Rule> RULES =
      List.of(
          new Rule(Step.LOCALLY_ORIGINATED, c -> c.learned() == Learned.HERE ? 0 : 1),
          new Rule(Step.LOCAL_PREF, c -> -c.attributes().localPref(DEFAULT_LOCAL_PREF)),
          // a) "the smallest number of AS numbers present in their AS_PATH attributes"
          new Rule(Step.AS_PATH_LENGTH, c -> c.attributes().asPathLength()),
          // b) "the lowest Origin number"
          new Rule(Step.ORIGIN, c -> c.attributes().origin().ordinal()),
          // c) MED is no number to compare across neighbours; see strikeByMed
          new Rule(Step.MED, c -> 0),
          // d) "If at least one of the candidate routes was received via EBGP, remove … IBGP"
          new Rule(Step.EXTERNAL, c -> c.learned() == Learned.INTERNAL ? 1 : 0),
          // f) with the originator in place of the router for a reflected route (RFC 4456)
          new Rule(
              Step.ROUTER_ID,
              c -> Integer.toUnsignedLong(c.attributes().originatorId(c.routerId()))),
          // g) "the lowest peer address"
          new Rule(Step.PEER_ADDRESS, c -> Integer.toUnsignedLong(c.peerAddress())));

  private record Rule(Step step, ToLongFunction<Candidate> cost) {}

  private Decision() {}

  /**
   * The best of the candidates, whatever their order.
   *
   * @param candidates at least one; no two from the same peer
   */
  public static Choice among(List<Candidate> candidates) {
    Step[] struck = new Step[candidates.size()];
    int left = candidates.size();
    Step last = Step.ONLY_ROUTE;
    for (Rule rule : RULES) {
      if (left == 1) {
        break;
      }
      int gone =
          rule.step == Step.MED
              ? strikeByMed(candidates, struck)
              : strike(rule, candidates, struck);
      if (gone > 0) {
        left -= gone;
        last = rule.step;
      }
    }
    int best = Arrays.asList(struck).indexOf(null);
    struck[best] = last;
    return new Choice(best, List.of(struck));
  }

  private static int strike(Rule rule, List<Candidate> candidates, Step[] struck) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < struck.length; i++) {
      if (struck[i] == null) {
        least = Math.min(least, rule.cost.applyAsLong(candidates.get(i)));
      }
    }
    int gone = 0;
    for (int i = 0; i < struck.length; i++) {
      if (struck[i] == null && rule.cost.applyAsLong(candidates.get(i)) > least) {
        struck[i] = rule.step;
        gone++;
      }
    }
    return gone;
  }

  /**
   * c) "if neighborAS(n) is the same as neighborAS(m) and MED(n) < MED(m), remove m". A missing MED
   * is the lowest possible value.
   */
  private static int strikeByMed(List<Candidate> candidates, Step[] struck) {
    boolean[] worse = new boolean[struck.length];
    int gone = 0;
    for (int m = 0; m < struck.length; m++) {
      for (int n = 0; n < struck.length && struck[m] == null && !worse[m]; n++) {
        if (n != m && struck[n] == null && beatsByMed(candidates.get(n), candidates.get(m))) {
          worse[m] = true;
          gone++;
        }
      }
    }
    for (int m = 0; m < struck.length; m++) {
      if (worse[m]) {
        struck[m] = Step.MED;
      }
    }
    return gone;
  }

  private static boolean beatsByMed(Candidate n, Candidate m) {
    return n.attributes().neighborAs() == m.attributes().neighborAs()
        && n.attributes().med(0) < m.attributes().med(0);
  }
}
