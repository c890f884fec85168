package io.holdfast.bgp.rib;

import io.holdfast.bgp.decision.Candidate;
import io.holdfast.bgp.decision.Candidate.Learned;
import io.holdfast.bgp.decision.Choice;
import io.holdfast.bgp.decision.Decision;
import io.holdfast.bgp.decision.Step;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.Nlri;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** The Loc-RIB, and the tables of all sessions around it. Owned by the event loop. */
public final class Rib {
  private final long localAs;
  private final Import imports;
  private final AttributeInterner interner = new AttributeInterner();
  private final Long2ObjectHashMap<PathAttributes> originated = new Long2ObjectHashMap<>();
  private final Long2ObjectHashMap<LocRoute> locRib = new Long2ObjectHashMap<>();
  private final List<AdjRibIn> ins = new ArrayList<>();
  private final List<AdjRibOut> outs = new ArrayList<>();
  private final PrefixQueue undecided = new PrefixQueue();

  /** Routes that come in one message mostly share all of it: the last one chosen, to share. */
  private @Nullable LocRoute last;

  /** Reused by every decision. */
  private final List<Contender> contenders = new ArrayList<>();

  /**
   * A candidate, and the table it stands in.
   *
   * @param source null if it is originated here
   * @param attributes interned
   */
  public record Contender(@Nullable AdjRibIn source, PathAttributes attributes) {
    Candidate candidate() {
      if (source == null) {
        return new Candidate(attributes, Learned.HERE, 0, 0);
      }
      Neighbor from = source.neighbor();
      Learned learned = from.internal() ? Learned.INTERNAL : Learned.EXTERNAL;
      return new Candidate(attributes, learned, from.routerId(), from.address());
    }
  }

  /**
   * @param localAs our autonomous system
   * @param routerId our BGP identifier
   */
  public Rib(long localAs, int routerId) {
    this.localAs = localAs;
    this.imports = new Import(localAs, routerId);
  }

  /** The one object for attribute sets equal to this one. */
  public PathAttributes intern(PathAttributes attributes) {
    return interner.intern(attributes);
  }

  /** Distinct attribute sets in use. */
  public int attributeSets() {
    return interner.size();
  }

  /** A route of our own; a next hop of 0 means ourselves on each session. */
  public void originate(long prefix, PathAttributes attributes) {
    originated.put(prefix, intern(attributes));
    decide(prefix);
  }

  /** A session is up: the table for what its peer tells us. */
  public AdjRibIn join(Neighbor neighbor) {
    AdjRibIn in = new AdjRibIn(neighbor);
    ins.add(in);
    return in;
  }

  /** The session is down: its routes count no more, and go in the slices of {@link #work}. */
  public void leave(AdjRibIn in) {
    if (ins.remove(in)) {
      undecided.addSweep(keys(in.routes));
      last = null; // It may hold on to the table.
    }
  }

  /** A session may be told routes; {@code own} is the table of what its peer tells us. */
  public AdjRibOut tell(Neighbor neighbor, AdjRibIn own) {
    AdjRibOut out = new AdjRibOut(this, neighbor, own);
    outs.add(out);
    return out;
  }

  public void forget(AdjRibOut out) {
    outs.remove(out);
  }

  public void withdraw(AdjRibIn in, Nlri prefixes) {
    for (int i = 0; i < prefixes.size(); i++) {
      long prefix = prefixes.prefix(i);
      if (in.routes.remove(prefix) != null) {
        decide(prefix);
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // Interned.
  public void announce(AdjRibIn in, PathAttributes attributes, Nlri prefixes) {
    PathAttributes interned = intern(attributes);
    for (int i = 0; i < prefixes.size(); i++) {
      long prefix = prefixes.prefix(i);
      if (in.routes.put(prefix, interned) != interned) {
        decide(prefix);
      }
    }
  }

  /**
   * Decides prefixes that wait for it.
   *
   * @param until {@link System#nanoTime} at which to stop
   * @return whether some are left
   */
  public boolean work(long until) {
    for (int done = 1; !undecided.isEmpty(); done++) {
      decide(undecided.next());
      if (done % 64 == 0 && System.nanoTime() - until >= 0) {
        break;
      }
    }
    return !undecided.isEmpty();
  }

  /** The chosen route, or null. */
  public @Nullable LocRoute best(long prefix) {
    return locRib.get(prefix);
  }

  /** Number of prefixes that have a route. */
  public int size() {
    return locRib.size();
  }

  /** Number of routes in the Adj-RIB-In of all sessions. */
  public int received() {
    int total = 0;
    for (AdjRibIn in : ins) {
      total += in.size();
    }
    return total;
  }

  /** Routes of this table that passed import policy and may be chosen. */
  public int accepted(AdjRibIn in) {
    int[] count = {0};
    in.routes.forEachLong(
        (prefix, attributes) ->
            count[0] += imports.eligible(prefix, attributes, in.neighbor()) ? 1 : 0);
    return count[0];
  }

  /** Calls back with each prefix that has a route, in no order. */
  public void forEachPrefix(LongConsumer action) {
    locRib.forEachLong((prefix, route) -> action.accept(prefix));
  }

  /** All eligible routes for a prefix, a new list; empty if there are none. */
  public List<Contender> contenders(long prefix) {
    gather(prefix);
    return List.copyOf(contenders);
  }

  /** The decision among them; at least one. */
  public static Choice choose(List<Contender> contenders) {
    return Decision.among(contenders.stream().map(Contender::candidate).toList());
  }

  private void gather(long prefix) {
    contenders.clear();
    PathAttributes own = originated.get(prefix);
    if (own != null) {
      contenders.add(new Contender(null, own));
    }
    for (int i = 0; i < ins.size(); i++) {
      AdjRibIn in = ins.get(i);
      PathAttributes attributes = in.route(prefix);
      if (attributes != null && imports.eligible(prefix, attributes, in.neighbor())) {
        contenders.add(new Contender(in, attributes));
      }
    }
  }

  private void decide(long prefix) {
    gather(prefix);
    LocRoute before = locRib.get(prefix);
    if (contenders.isEmpty()) {
      if (before != null) {
        locRib.remove(prefix);
        changed(prefix);
      }
      return;
    }
    Step step = Step.ONLY_ROUTE;
    Contender best = contenders.getFirst();
    if (contenders.size() > 1) {
      Choice choice = choose(contenders);
      step = choice.decidedBy();
      best = contenders.get(choice.best());
    }
    boolean same = before != null && before.sameRoute(best.source(), best.attributes());
    if (!same || before.step() != step) {
      locRib.put(prefix, shared(best, step));
    }
    if (!same) {
      changed(prefix);
    }
  }

  private LocRoute shared(Contender best, Step step) {
    LocRoute route = last;
    if (route == null
        || route.step() != step
        || !route.sameRoute(best.source(), best.attributes())) {
      route = new LocRoute(best.source(), best.attributes(), step);
      last = route;
    }
    return route;
  }

  private void changed(long prefix) {
    for (int i = 0; i < outs.size(); i++) {
      outs.get(i).changed(prefix);
    }
  }

  /** What this neighbour should have been told about the prefix; null: nothing. */
  @Nullable PathAttributes wanted(long prefix, AdjRibOut out) {
    LocRoute route = locRib.get(prefix);
    return route == null || !Export.allowed(prefix, route, out.neighbor(), out.own())
        ? null
        : out.rewritten(route.attributes(), localAs);
  }

  /** Every prefix of the Loc-RIB, in no order. */
  long[] prefixes() {
    return keys(locRib);
  }

  static long[] keys(Long2ObjectHashMap<?> map) {
    long[] keys = new long[map.size()];
    int[] at = {0};
    map.forEachLong((prefix, value) -> keys[at[0]++] = prefix);
    return keys;
  }
}
