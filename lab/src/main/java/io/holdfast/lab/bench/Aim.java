package io.holdfast.lab.bench;

import java.util.Locale;

/**
 * What a figure should reach.
 *
 * @param atLeast whether more is better; else less is
 * @param bound in the figure's unit
 * @param required whether a miss fails the bench; else it is only printed
 */
public record Aim(boolean atLeast, double bound, boolean required) {

  /** Hoped for: at least so much. */
  static Aim atLeast(double bound) {
    return new Aim(true, bound, false);
  }

  /** Hoped for: at most so much. */
  static Aim atMost(double bound) {
    return new Aim(false, bound, false);
  }

  /** The same, but a miss fails the bench. */
  Aim asRequirement() {
    return new Aim(atLeast, bound, true);
  }

  /** Whether a value reaches it. */
  boolean reachedBy(double value) {
    return atLeast ? value >= bound : value <= bound;
  }

  @Override
  public String toString() {
    String number =
        bound == Math.rint(bound)
            ? Long.toString((long) bound)
            : String.format(Locale.ROOT, "%s", bound);
    return (atLeast ? ">= " : "<= ") + number + (required ? " required" : "");
  }
}
