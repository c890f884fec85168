package io.holdfast.lab.history;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a history in one walk over the final log, and one back. Each kind of trouble is reported
 * under the one {@link Rule} that it breaks first; one wrong batch may well break several. Owned by
 * one thread, used once.
 */
public final class HistoryChecker {
  /** More findings of a rule than these are only counted. */
  private static final int MOST_OF_A_RULE = 20;

  private final History history;
  private final Map<BatchId, Append> appends = new HashMap<>();
  private final Map<Long, List<Read>> reads = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final Map<Rule, Integer> counts = new EnumMap<>(Rule.class);

  /** Appends that are in the log, in its order. */
  private final List<Append> inOrder = new ArrayList<>();

  private final Map<BatchId, Batch> seen = new HashMap<>();
  private final Map<String, BatchId> newestOfClient = new HashMap<>();
  private @Nullable Batch previous;
  private @Nullable Batch highestEpoch;
  private @Nullable Batch highestTerm;

  private HistoryChecker(History history) {
    this.history = history;
  }

  /**
   * Checks.
   *
   * @return what is wrong; empty if nothing is
   * @throws IllegalArgumentException if an id stands for two appends, so that there is nothing to
   *     check
   */
  public static List<Finding> check(History history) {
    HistoryChecker checker = new HistoryChecker(history);
    checker.index();
    for (Batch batch : history.log()) {
      checker.batch(batch);
    }
    checker.end();
    return checker.result();
  }

  private void index() {
    Map<Long, String> owners = new HashMap<>();
    for (Append append : history.appends()) {
      if (appends.put(append.id(), append) != null) {
        throw new IllegalArgumentException("two appends are called " + append.id());
      }
      String client = append.id().client();
      String owner = owners.putIfAbsent(append.id().epoch(), client);
      if (owner != null && !owner.equals(client)) {
        found(
            Rule.FENCED,
            "epoch %d belongs to %s and to %s".formatted(append.id().epoch(), owner, client));
        owners.put(append.id().epoch(), client); // said once for each pair
      }
    }
    for (Read read : history.reads()) {
      List<Read> others = reads.computeIfAbsent(read.position(), p -> new ArrayList<>());
      if (!others.isEmpty() && differs(read, others.getFirst())) {
        found(
            Rule.READ_IS_FINAL, "%s and %s had different bytes".formatted(others.getFirst(), read));
      } else {
        others.add(read);
      }
    }
  }

  private static boolean differs(Read a, Read b) {
    return a.length() != b.length() || !a.hash().equals(b.hash());
  }

  // --- forward ---

  private void batch(Batch batch) {
    place(batch);
    fence(batch);
    compareWithReads(batch);
    BatchId id = batch.id();
    Append append = id == null ? null : appends.get(id);
    if (id == null || append == null) {
      found(Rule.NOTHING_INVENTED, "nobody appended %s".formatted(batch));
      return;
    }
    Batch twin = seen.putIfAbsent(id, batch);
    if (twin != null) {
      found(Rule.ONCE, "%s stands in the log twice, also as %s".formatted(batch, twin));
      return;
    }
    if (batch.epoch() != id.epoch()) {
      found(Rule.NOTHING_INVENTED, "%s was appended under epoch %d".formatted(batch, id.epoch()));
    }
    order(id, batch);
    compare(append, batch);
    inOrder.add(append);
  }

  private void place(Batch batch) {
    long expected = previous == null ? history.first() : previous.position() + previous.length();
    if (batch.position() != expected) {
      found(
          Rule.ORDER,
          "%s follows %s, so its position should be %d"
              .formatted(batch, previous == null ? "the log's beginning" : previous, expected));
    }
    previous = batch;
  }

  private void fence(Batch batch) {
    if (highestEpoch != null && batch.epoch() < highestEpoch.epoch()) {
      found(Rule.FENCED, "%s stands behind %s, of a later epoch".formatted(batch, highestEpoch));
    } else if (highestEpoch == null || batch.epoch() > highestEpoch.epoch()) {
      highestEpoch = batch;
    }
    if (highestTerm != null && batch.term() < highestTerm.term()) {
      found(Rule.FENCED, "%s stands behind %s, of a later term".formatted(batch, highestTerm));
    } else if (highestTerm == null || batch.term() > highestTerm.term()) {
      highestTerm = batch;
    }
  }

  private void compareWithReads(Batch batch) {
    List<Read> here = reads.remove(batch.position());
    if (here == null) {
      return;
    }
    for (Read read : here) {
      if (read.length() != batch.length() || !read.hash().equals(batch.hash())) {
        found(Rule.READ_IS_FINAL, "%s had other bytes than %s".formatted(read, batch));
      }
    }
  }

  private void order(BatchId id, Batch batch) {
    BatchId newest = newestOfClient.get(id.client());
    if (newest != null && id.compareTo(newest) < 0) {
      found(
          Rule.ORDER,
          "%s stands behind %s, which its client appended later".formatted(batch, newest));
    } else {
      newestOfClient.put(id.client(), id);
    }
  }

  private void compare(Append append, Batch batch) {
    boolean same =
        append.position() == batch.position()
            && append.length() == batch.length()
            && append.hash().equals(batch.hash());
    switch (append.outcome()) {
      case ACKNOWLEDGED -> {
        if (!same) {
          found(
              Rule.ACKNOWLEDGED_IS_THERE,
              "%s was acknowledged, and is now %s".formatted(append, of(batch)));
        }
      }
      case INDETERMINATE -> {
        if (!same) {
          found(Rule.ALL_OR_NOTHING, "%s, indeterminate, became %s".formatted(append, of(batch)));
        }
      }
      case REFUSED ->
          found(Rule.ALL_OR_NOTHING, "%s was refused, and is %s".formatted(append, of(batch)));
    }
  }

  private static String of(Batch batch) {
    return batch + " with hash " + batch.hash();
  }

  // --- the end, and backward ---

  private void end() {
    Set<BatchId> trimmed = new HashSet<>();
    for (Append append : history.appends()) {
      if (append.outcome() == Outcome.ACKNOWLEDGED && !seen.containsKey(append.id())) {
        if (append.position() + append.length() <= history.first()) {
          trimmed.add(append.id());
        } else {
          found(
              Rule.ACKNOWLEDGED_IS_THERE,
              "%s was acknowledged and is not in the log".formatted(append));
        }
      }
    }
    for (List<Read> unmatched : reads.values()) {
      for (Read read : unmatched) {
        if (read.position() >= history.first()) {
          found(Rule.READ_IS_FINAL, "%s: no batch of the log begins there".formatted(read));
        }
      }
    }
    realTime(trimmed);
  }

  /** Backwards: of what stands behind, the one that was acknowledged first is the one to fear. */
  private void realTime(Set<BatchId> trimmed) {
    Append earliest = null;
    for (int i = inOrder.size() - 1; i >= 0; i--) {
      Append append = inOrder.get(i);
      if (earliest != null && earliest.completedAt() < append.invokedAt()) {
        found(
            Rule.REAL_TIME,
            "%s was acknowledged at %d, before %s was invoked at %d, and stands behind it"
                .formatted(earliest, earliest.completedAt(), append, append.invokedAt()));
      }
      if (append.outcome() == Outcome.ACKNOWLEDGED
          && (earliest == null || append.completedAt() < earliest.completedAt())) {
        earliest = append;
      }
    }
    // What was trimmed stood before everything that is left.
    long lastInvoked = Long.MIN_VALUE;
    Append last = null;
    for (Append append : history.appends()) {
      if (trimmed.contains(append.id()) && append.invokedAt() > lastInvoked) {
        lastInvoked = append.invokedAt();
        last = append;
      }
    }
    if (last != null && earliest != null && earliest.completedAt() < lastInvoked) {
      found(
          Rule.REAL_TIME,
          "%s was acknowledged before %s was invoked, which was trimmed as older"
              .formatted(earliest, last));
    }
  }

  // --- findings ---

  private void found(Rule rule, String text) {
    if (counts.merge(rule, 1, Integer::sum) <= MOST_OF_A_RULE) {
      findings.add(new Finding(rule, text));
    }
  }

  private List<Finding> result() {
    counts.forEach(
        (rule, count) -> {
          if (count > MOST_OF_A_RULE) {
            findings.add(new Finding(rule, "and " + (count - MOST_OF_A_RULE) + " more"));
          }
        });
    return List.copyOf(findings);
  }
}
