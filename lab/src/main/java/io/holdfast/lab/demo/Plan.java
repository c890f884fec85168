package io.holdfast.lab.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What happens in a run, made from a seed alone.
 *
 * @param seed the seed
 * @param base the routes that both peers announce before the first segment
 * @param segments route changes and deaths
 */
record Plan(long seed, List<Step> base, List<Segment> segments) {
  /** Each peer's routes; the first part of them is never withdrawn. */
  private static final int POOL = 2000;

  private static final int NEVER_WITHDRAWN = 600;
  private static final int STEPS_IN_A_SEGMENT = 60;
  private static final int ATTRIBUTE_SETS = 8;

  /** Which peer announces. */
  enum Side {
    A,
    B
  }

  /**
   * One change.
   *
   * @param side who makes it
   * @param withdraw whether the prefixes are withdrawn; else they are announced
   * @param prefixes one to some hundred
   * @param set the attributes they are announced with
   * @param pauseMillis how long after it the next one waits
   */
  record Step(Side side, boolean withdraw, List<String> prefixes, int set, int pauseMillis) {}

  /**
   * A stretch of changes, at whose end everything comes to rest.
   *
   * @param steps the changes
   * @param deaths milliseconds: the first from the segment's start (or from its burst), each other
   *     one from the moment when the speaker that it kills was there. So the others fall into a
   *     recovery
   * @param burst the index of the step with whose beginning the time of the first death begins, so
   *     that it falls into a train of UPDATEs; −1: none
   * @param after the routes of each side at its end, with the set of their attributes
   */
  record Segment(
      List<Step> steps, List<Integer> deaths, int burst, Map<Side, Map<String, Integer>> after) {}

  /** Makes the plan. */
  static Plan of(long seed, int kills) {
    return new Maker(seed).make(kills);
  }

  /** How many deaths there are. */
  int kills() {
    return segments.stream().mapToInt(segment -> segment.deaths().size()).sum();
  }

  /** The n-th prefix of a side's. */
  static String prefix(Side side, int index) {
    return "%d.%d.%d.0/24".formatted(side == Side.A ? 20 : 30, index / 250, index % 250);
  }

  /** Draws; its order of drawing is the plan, so it may not be changed lightly. */
  private static final class Maker {
    private final long seed;
    private final Random random;
    private final Map<Side, TreeMap<String, Integer>> now =
        Map.of(Side.A, new TreeMap<>(), Side.B, new TreeMap<>());

    Maker(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    Plan make(int kills) {
      List<Step> base = new ArrayList<>();
      for (Side side : Side.values()) {
        List<String> prefixes = new ArrayList<>();
        for (int i = 0; i < POOL / 2; i++) {
          prefixes.add(prefix(side, i));
        }
        base.add(announce(side, prefixes, 0));
      }
      List<Segment> segments = new ArrayList<>();
      for (int left = kills; left > 0; ) {
        int deaths = Math.min(left, 1 + (random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0));
        segments.add(segment(deaths, segments.size() % 3 == 1));
        left -= deaths;
      }
      return new Plan(seed, List.copyOf(base), List.copyOf(segments));
    }

    private Segment segment(int count, boolean inABurst) {
      List<Step> steps = new ArrayList<>();
      int burst = inABurst ? random.nextInt(STEPS_IN_A_SEGMENT) : -1;
      for (int i = 0; i < STEPS_IN_A_SEGMENT; i++) {
        steps.add(i == burst ? burst() : step());
      }
      List<Integer> deaths = new ArrayList<>();
      deaths.add(inABurst ? random.nextInt(60) : 200 + random.nextInt(2200));
      while (deaths.size() < count) {
        deaths.add(random.nextInt(1500));
      }
      Map<Side, Map<String, Integer>> after =
          Map.of(Side.A, Map.copyOf(routes(Side.A)), Side.B, Map.copyOf(routes(Side.B)));
      return new Segment(List.copyOf(steps), List.copyOf(deaths), burst, after);
    }

    private Step step() {
      Side side = random.nextBoolean() ? Side.A : Side.B;
      int kind = random.nextInt(100);
      if (kind < 25) {
        List<String> candidates = withdrawable(side);
        if (!candidates.isEmpty()) {
          Collections.shuffle(candidates, random);
          return withdraw(
              side, candidates.subList(0, Math.min(candidates.size(), 1 + random.nextInt(30))));
        }
      }
      return announce(side, draw(side, 1 + random.nextInt(60)), random.nextInt(ATTRIBUTE_SETS));
    }

    private Step burst() {
      Side side = random.nextBoolean() ? Side.A : Side.B;
      return announce(side, draw(side, 1200), random.nextInt(ATTRIBUTE_SETS));
    }

    private List<String> draw(Side side, int count) {
      TreeSet<String> chosen = new TreeSet<>();
      for (int i = 0; i < count; i++) {
        chosen.add(prefix(side, random.nextInt(POOL)));
      }
      return List.copyOf(chosen);
    }

    private List<String> withdrawable(Side side) {
      List<String> prefixes = new ArrayList<>();
      for (int i = NEVER_WITHDRAWN; i < POOL; i++) {
        String prefix = prefix(side, i);
        if (routes(side).containsKey(prefix)) {
          prefixes.add(prefix);
        }
      }
      return prefixes;
    }

    private Step announce(Side side, List<String> prefixes, int set) {
      prefixes.forEach(prefix -> routes(side).put(prefix, set));
      return new Step(side, false, List.copyOf(prefixes), set, pause());
    }

    private Step withdraw(Side side, List<String> prefixes) {
      prefixes.forEach(routes(side)::remove);
      return new Step(side, true, List.copyOf(prefixes), 0, pause());
    }

    private Map<String, Integer> routes(Side side) {
      Map<String, Integer> routes = now.get(side);
      if (routes == null) {
        throw new IllegalStateException("no side " + side);
      }
      return routes;
    }

    private int pause() {
      return 10 + random.nextInt(80);
    }
  }
}
