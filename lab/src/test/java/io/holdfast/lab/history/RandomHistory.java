package io.holdfast.lab.history;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A correct history: owners take the log from each other while the one before still believes that
 * it has it; the last appends of each are committed or not without its knowledge.
 */
final class RandomHistory {
  private final SplittableRandom random;
  private final List<Append> appends = new ArrayList<>();
  private final List<Batch> log = new ArrayList<>();
  private final List<Read> reads = new ArrayList<>();
  private long position;
  private long clock;
  private long term = 1;

  private RandomHistory(SplittableRandom random) {
    this.random = random;
  }

  static History of(long seed) {
    RandomHistory run = new RandomHistory(new SplittableRandom(seed));
    int owners = run.random.nextInt(2, 8);
    for (long epoch = 1; epoch <= owners; epoch++) {
      run.owner("client-" + run.random.nextInt(3), epoch * 2 + run.random.nextInt(2));
    }
    run.reads();
    return new History(List.copyOf(run.appends), List.copyOf(run.reads), 0, List.copyOf(run.log));
  }

  /** Takes the log, appends pipelined, and loses it. */
  private void owner(String client, long epoch) {
    term += random.nextInt(3);
    int acknowledged = random.nextInt(1, 30);
    for (int i = 0; i < acknowledged; i++) {
      Append append = append(client, epoch, i, position, Outcome.ACKNOWLEDGED);
      commit(append);
    }
    // Now others have the majority. What it hands over may be in the log, up to somewhere.
    int pending = random.nextInt(6);
    int committed = random.nextInt(pending + 1);
    long submitted = position;
    for (int i = 0; i < pending; i++) {
      Append append = append(client, epoch, acknowledged + i, submitted, Outcome.INDETERMINATE);
      submitted += append.length();
      if (i < committed) {
        commit(append);
      }
    }
    // It wakes up long after, and is refused.
    for (int i = 0; i < random.nextInt(3); i++) {
      append(client, epoch, acknowledged + pending + i, submitted, Outcome.REFUSED);
    }
  }

  private Append append(String client, long epoch, int sequence, long at, Outcome outcome) {
    BatchId id = new BatchId(client, epoch, sequence);
    int length = random.nextInt(100, 2_000);
    long invoked = clock += random.nextInt(50);
    long completed =
        outcome == Outcome.INDETERMINATE ? Long.MAX_VALUE : invoked + random.nextInt(1, 400);
    Append append =
        new Append(
            id, at, length, Long.toHexString(random.nextLong()), invoked, completed, outcome);
    appends.add(append);
    return append;
  }

  private void commit(Append append) {
    log.add(
        new Batch(
            position, append.length(), append.hash(), term, append.id().epoch(), append.id()));
    position += append.length();
  }

  private void reads() {
    for (int i = 0; i < log.size() / 2; i++) {
      Batch batch = log.get(random.nextInt(log.size()));
      reads.add(new Read("reader", batch.position(), batch.length(), batch.hash(), clock + i));
    }
  }
}
