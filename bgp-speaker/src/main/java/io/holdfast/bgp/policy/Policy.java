package io.holdfast.bgp.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An ordered list of statements; the first that matches decides, the end rejects. */
public record Policy(String name, List<Statement> statements) {

  /** Lets nothing pass: an eBGP session without a policy (RFC 8212). */
  public static final Policy REJECT_ALL = new Policy("(none: reject)", List.of());

  /** Lets everything pass: an iBGP session without a policy. */
  public static final Policy ACCEPT_ALL =
      new Policy("(none: accept)", List.of(new Statement(null, true)));

  /**
   * One line of a policy.
   *
   * @param prefixes what it applies to; null: to every route
   * @param accept or reject
   */
  public record Statement(@Nullable PrefixSet prefixes, boolean accept) {}

  public Policy {
    statements = List.copyOf(statements);
  }

  /** Whether a route for this packed prefix passes. */
  public boolean accepts(long prefix) {
    for (Statement statement : statements) {
      PrefixSet prefixes = statement.prefixes();
      if (prefixes == null || prefixes.contains(prefix)) {
        return statement.accept();
      }
    }
    return false;
  }
}
