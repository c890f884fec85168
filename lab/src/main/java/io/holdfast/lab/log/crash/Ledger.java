package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.Append;
import io.holdfast.lab.history.Batch;
import io.holdfast.lab.history.BatchId;
import io.holdfast.lab.history.Finding;
import io.holdfast.lab.history.History;
import io.holdfast.lab.history.HistoryChecker;
import io.holdfast.lab.history.Outcome;
import io.holdfast.lab.history.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was appended to a log and what came of it, as far as this process was told. From any thread.
 *
 * <p>{@link #check} may be asked when the turn of every owner so far is over, or all of it is
 * committed: then an append without an outcome has one, for it is in the log or never will be. What
 * was found once is held to be committed from then on. What has been trimmed away is forgotten.
 */
final class Ledger implements Journal {
  private static final int MOST_STATUSES = 1_000;

  /** Not known to be committed, in the order in which they were invoked. */
  private final Deque<Append> open = new ArrayDeque<>();

  /** Known to be committed, or to be absent for ever; by the order in which that was known. */
  private final List<Append> settled = new ArrayList<>();

  private final Deque<String> statuses = new ArrayDeque<>();
  private long largestTrim;
  private long largestCommit;
  private long largestEpoch;
  private long acknowledged;
  private long survived;
  private long vanished;
  private long flushes;
  private long trims;
  private long commits;

  @Override
  public synchronized void owns(long epoch, long first, long position) {
    largestEpoch = Math.max(largestEpoch, epoch);
  }

  @Override
  public synchronized void invoked(BatchId id, long position, int length, String hash, long at) {
    open.addLast(new Append(id, position, length, hash, at, Long.MAX_VALUE, Outcome.INDETERMINATE));
  }

  @Override
  public synchronized void committed(long position, long at) {
    commits++;
    largestCommit = Math.max(largestCommit, position);
    while (!open.isEmpty() && open.peekFirst().position() + open.peekFirst().length() <= position) {
      settled.add(ended(open.removeFirst(), Outcome.ACKNOWLEDGED, at));
      acknowledged++;
    }
  }

  private static Append ended(Append append, Outcome outcome, long at) {
    return new Append(
        append.id(),
        append.position(),
        append.length(),
        append.hash(),
        append.invokedAt(),
        at,
        outcome);
  }

  @Override
  public synchronized void trims(long position) {
    trims++;
    largestTrim = Math.max(largestTrim, position);
  }

  @Override
  public synchronized void flushes() {
    flushes++;
  }

  @Override
  public synchronized void status(String status, String reason) {
    if (statuses.size() == MOST_STATUSES) {
      statuses.removeFirst();
    }
    statuses.addLast(status);
  }

  /** What the owners were told of the log's status, the latest last. */
  synchronized List<String> statuses() {
    return List.copyOf(statuses);
  }

  synchronized long flushCount() {
    return flushes;
  }

  synchronized long trimCount() {
    return trims;
  }

  synchronized long commitCount() {
    return commits;
  }

  /** Behind the last record that was told committed. */
  synchronized long largestCommit() {
    return largestCommit;
  }

  synchronized long acknowledged() {
    return acknowledged;
  }

  /** Appends of owners that died, which were found in the log. */
  synchronized long survived() {
    return survived;
  }

  /** Appends of owners that died, which are not in the log. */
  synchronized long vanished() {
    return vanished;
  }

  /**
   * Compares with what a member holds.
   *
   * @param settles whether what is open is settled by what is found
   */
  synchronized List<Finding> check(Found found, boolean settles) {
    List<Append> all = new ArrayList<>(settled);
    all.addAll(open);
    List<Finding> findings =
        new ArrayList<>(
            HistoryChecker.check(new History(all, List.of(), found.first(), found.batches())));
    if (found.first() > largestTrim) {
      findings.add(
          new Finding(
              Rule.ACKNOWLEDGED_IS_THERE,
              "the log begins at %d, while no more was trimmed than what is before %d"
                  .formatted(found.first(), largestTrim)));
    }
    if (found.end() < largestCommit) {
      findings.add(
          new Finding(
              Rule.ACKNOWLEDGED_IS_THERE,
              "the log ends at %d, while all before %d was told committed"
                  .formatted(found.end(), largestCommit)));
    }
    if (settles) {
      settle(found);
    }
    return findings;
  }

  private void settle(Found found) {
    Map<BatchId, Batch> there = new HashMap<>();
    for (Batch batch : found.batches()) {
      if (batch.id() != null) {
        there.put(batch.id(), batch);
      }
    }
    long now = System.nanoTime();
    for (Append append : open) {
      if (there.containsKey(append.id())) {
        settled.add(ended(append, Outcome.ACKNOWLEDGED, now));
        survived++;
      } else if (append.position() + append.length() > found.first()) {
        settled.add(ended(append, Outcome.REFUSED, now));
        vanished++;
      } else {
        settled.add(append); // trimmed here: another member may still have it
      }
    }
    open.clear();
    largestCommit = Math.max(largestCommit, found.end());
  }

  /** Nobody holds anything before this position any more, nor will be asked for it. */
  synchronized void forgetBefore(long position) {
    settled.removeIf(append -> append.position() + append.length() <= position);
  }
}
