package io.holdfast.bgp.decision;

import java.util.List;

/**
 * The outcome for one prefix.
 *
 * @param best index of the chosen candidate
 * @param steps one for each candidate: at the chosen one the step that left it alone, at any other
 *     the step that struck it out
 */
public record Choice(int best, List<Step> steps) {
  /** The step that decided. */
  public Step decidedBy() {
    return steps.get(best);
  }
}
