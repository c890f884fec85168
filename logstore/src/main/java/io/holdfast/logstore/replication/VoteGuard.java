package io.holdfast.logstore.replication;

import java.util.HashSet;
import java.util.Set;

/**
 * Keeps a member that may have lost its disk from voting, and from standing for election, until it
 * has again all that it may have promised.
 *
 * <p>It may once have acknowledged entries, and voted. So it waits until every other member has
 * told its term: no vote that it forgot was cast for a later one than the largest, {@code M}. Each
 * also tells the index of its last entry: what was committed with the help of this member's
 * acknowledgment stands in the log of one of the others too, so at the largest of these indexes,
 * {@code L}, or before it. Then it waits until it has applied, and stored, the entry of {@code L},
 * and one of a term of at least {@code M}. (The term alone does not do: the leader of {@code M} may
 * still lead, and have committed more in {@code M} than this member has by then.) After that it
 * votes, but only in terms after {@code M}. Thread-safe.
 */
final class VoteGuard {
  private final Set<String> unheard = new HashSet<>();
  private final boolean leads;
  private boolean closed;
  private long largest;
  private long last;

  /**
   * An open one.
   *
   * @param leads false for a member that never leads
   */
  VoteGuard(boolean leads) {
    this.leads = leads;
  }

  /** Closes it until these members were heard. */
  synchronized void close(Set<String> others) {
    closed = true;
    unheard.addAll(others);
  }

  /** By the operator's word. */
  synchronized void open() {
    closed = false;
    largest = 0;
    last = 0;
  }

  synchronized boolean closed() {
    return closed;
  }

  /** Members of which it waits for a word; none where it is open. */
  synchronized Set<String> unheard() {
    return closed ? Set.copyOf(unheard) : Set.of();
  }

  /** Another member told its term, and the index of its last entry. */
  synchronized void heard(String member, long term, long lastIndex) {
    if (closed && unheard.remove(member)) {
      last = Math.max(last, lastIndex);
    }
    if (closed) {
      largest = Math.max(largest, term);
    }
  }

  /** The entry of this index and term is applied and stored; returns whether the guard opened. */
  synchronized boolean reached(long index, long term) {
    if (!closed || !unheard.isEmpty() || term < largest || term == 0 || index < last) {
      return false;
    }
    closed = false;
    return true;
  }

  /** Whether a vote may be given in this term. */
  synchronized boolean mayVote(long term) {
    return !closed && term > largest;
  }

  /** Whether this member may stand for election. */
  synchronized boolean mayStand() {
    return leads && !closed;
  }

  /** One line that says what it waits for. */
  synchronized String waitsFor() {
    return unheard.isEmpty()
        ? "for what the leader has committed (term " + largest + ", entry " + last + ")"
        : "for a word of " + String.join(", ", unheard);
  }
}
