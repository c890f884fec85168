package io.holdfast.bgp.config;

import java.util.List;
import java.util.Optional;

/**
 * A named policy: the first rule that matches decides, and what no rule matches is rejected.
 *
 * @param name as in the file; the two that no file names have parentheses
 */
public record PolicyConfig(String name, List<Rule> rules) {

  /** What a rule does with a route. */
  public enum Verdict {
    ACCEPT,
    REJECT
  }

  /**
   * One rule.
   *
   * @param prefixSet the route's prefix must be in it; empty matches every route
   */
  public record Rule(Optional<PrefixSetConfig> prefixSet, Verdict verdict) {}

  /** For an iBGP peer that names none. */
  public static final PolicyConfig ACCEPT_ALL =
      new PolicyConfig("(none: accept)", List.of(new Rule(Optional.empty(), Verdict.ACCEPT)));

  /** For an eBGP peer that names none (RFC 8212). */
  public static final PolicyConfig REJECT_ALL = new PolicyConfig("(none: reject)", List.of());

  /** Makes its list immutable. */
  public PolicyConfig {
    rules = List.copyOf(rules);
  }
}
