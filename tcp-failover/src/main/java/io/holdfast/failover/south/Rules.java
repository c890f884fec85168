package io.holdfast.failover.south;

import io.holdfast.failover.linux.Programs;
import io.holdfast.failover.south.RuleText.Family;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Puts the rules of one instance into the kernel, sees whether they are still there, and takes them
 * away. Owned by one thread; every method runs programs and takes tens of milliseconds.
 *
 * <p>The rules (in the raw table, for each address family that is used):
 *
 * <pre>
 *   OUTPUT      -j HOLDFAST-QUEUE-OUT   all that we say to a protected peer, by its address and our
 *                                       or its port, goes to the queue
 *   PREROUTING  -j HOLDFAST-QUEUE-IN    a protected peer's SYN and SYN-ACK do too: their options
 *                                       are needed to restore the connection
 * </pre>
 */
public final class Rules {
  /** Somebody may change the table between our look at it and our change: look again. */
  private static final int ATTEMPTS = 5;

  private final RuleSpec spec;
  private final Map<Family, List<String>> installed = new EnumMap<>(Family.class);

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
    for (Family family : Family.values()) {
      if (family.used(spec)) {
        install(family);
      } else {
        remove(family);
      }
    }
  }

  private void install(Family family) throws IOException {
    int expected = RuleText.rules(spec, family).size();
    IOException last = new IOException("the rules of " + family.restore + " do not stay");
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        restore(family, RuleText.install(spec, family, save(family)));
      } catch (IOException refused) {
        last = refused;
        continue;
      }
      String saved = save(family);
      List<String> ours = RuleText.chains(spec.queue(), saved);
      if (ours.size() == expected && RuleText.present(spec.queue(), ours, saved)) {
        installed.put(family, ours);
        return;
      }
    }
    throw last;
  }

  /**
   * Whether the rules that {@link #apply} installed are whole and come before everything in the
   * built-in chains but the rules of other instances.
   */
  public boolean present() throws IOException {
    for (Family family : Family.values()) {
      if (family.used(spec)) {
        List<String> ours = installed.get(family);
        if (ours == null || !RuleText.present(spec.queue(), ours, save(family))) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Takes the rules away: from then on the kernel speaks for itself. No error if there are none.
   */
  public void remove() throws IOException {
    for (Family family : Family.values()) {
      remove(family);
      installed.remove(family);
    }
  }

  private void remove(Family family) throws IOException {
    if (Programs.find(family.save) == null && !family.used(spec)) {
      return;
    }
    for (int i = 0; ; i++) {
      String text = RuleText.remove(spec.queue(), save(family));
      if (text.isEmpty()) {
        return;
      }
      try {
        restore(family, text);
      } catch (IOException refused) {
        if (i == ATTEMPTS) {
          throw refused;
        }
      }
    }
  }

  private static String save(Family family) throws IOException {
    return Programs.run("", family.save, "-t", "raw");
  }

  private static void restore(Family family, String text) throws IOException {
    Programs.run(text, family.restore, "--noflush", "--wait=5");
  }
}
