package io.holdfast.failover.south;

import java.io.IOException;

/**
 * Puts the rules of one instance into the kernel, sees whether they are still there, and takes them
 * away. Owned by one thread; every method runs programs and takes tens of milliseconds.
 */
public final class Rules {
  private final RuleSpec spec;

  public Rules(RuleSpec spec) {
    this.spec = spec;
  }

  /**
   * Installs the rules, in one step for each address family; those of an earlier instance with the
   * same queue are replaced. To call it again changes nothing. Rules of others are left as they
   * are.
   *
   * @throws IOException with what the program said
   */
  public void apply() throws IOException {
    throw new IOException("not yet " + spec);
  }

  /**
   * Whether the rules are whole and come before everything in the built-in chains but the rules of
   * other instances.
   */
  public boolean present() throws IOException {
    return false;
  }

  /**
   * Takes the rules away: from then on the kernel speaks for itself. No error if there are none.
   */
  public void remove() throws IOException {}
}
