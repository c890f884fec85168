package io.holdfast.logstore.replication;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Keeps a member that may have lost its disk from voting, and from standing for election, until it
 * has again all that it may have promised.
 *
 * <p>It may once have acknowledged entries, and voted. So it waits until every other member has
 * told its term: no vote that it forgot was cast for a later one than the largest, {@code M}. Then
 * it waits until it has applied an entry of a term of at least {@code M}: its leader has all that
 * was ever committed (Raft's leader completeness), and what is applied holds it. After that it
 * votes, but only in terms after {@code M}. Thread-safe.
 */
final class VoteGuard {
  private final Set<String> unheard = new HashSet<>();
  private final Map<String, Long> terms = new HashMap<>();
  private boolean closed;
  private long largest;

  /** Closes it until these members were heard. */
  synchronized void close(Set<String> others) {
    closed = true;
    unheard.addAll(others);
  }

  /** By the operator's word. */
  synchronized void open() {
    closed = false;
    largest = 0;
  }

  synchronized boolean closed() {
    return closed;
  }

  /** Another member told its term. */
  synchronized void heard(String member, long term) {
    unheard.remove(member);
    terms.merge(member, term, Math::max);
    if (closed) {
      largest = Math.max(largest, term);
    }
  }

  /** An entry of this term was applied; returns whether the guard opened by it. */
  synchronized boolean applied(long term) {
    if (!closed || !unheard.isEmpty() || term < largest || term == 0) {
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
    return !closed;
  }

  /** One line that says what it waits for. */
  synchronized String waitsFor() {
    return unheard.isEmpty()
        ? "for what the leader has committed (term " + largest + ")"
        : "for a word of " + String.join(", ", unheard);
  }
}
