package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.Finding;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The crash rounds of one placement, one after the other on one log. Owned by one thread; the
 * figures may be read when it is done.
 */
abstract class Lane implements AutoCloseable {
  /** Small, so that every round begins and drops segments, and makes snapshots. */
  static final long SEGMENT_BYTES = 256 << 10;

  static final long SNAPSHOT_BYTES = 512 << 10;
  static final long KEEP_BYTES = 1 << 20;

  /** All lanes share the machine: a log that is never idle would leave the others little of it. */
  static final Duration REST = Duration.ofMillis(150);

  final Placement placement;
  final Path folder;
  final JavaCommand java;
  final Ledger ledger = new Ledger();
  private final long seed;
  private final Map<String, Integer> deaths = new TreeMap<>();
  private int rounds;

  Lane(Placement placement, Path folder, JavaCommand java, long seed) {
    this.placement = placement;
    this.folder = folder;
    this.java = java;
    this.seed = seed;
  }

  static Lane of(Placement placement, Path folder, JavaCommand java, long seed) {
    return placement.three()
        ? new GroupLane(placement, folder, java, seed)
        : new AloneLane(placement, folder, java, seed);
  }

  /**
   * The next round.
   *
   * @throws LabFailure if the log did not keep its word, or does not go on
   */
  final void round() {
    rounds++;
    try {
      play(new Random(seed * 1_000_003 + rounds), rounds);
    } catch (LabFailure e) {
      witness();
      throw new LabFailure(
          "%s, round %d of seed %d (folder %s): %s"
              .formatted(placement, rounds, seed, folder, e.getMessage()),
          e);
    }
  }

  /** Notes what those do that still run. */
  abstract void witness();

  /** One round; it leaves a log on which another can be played. */
  abstract void play(Random random, int round);

  /** Ends what still runs, in order, after a last comparison. */
  abstract void finish();

  /** Notes how a member died. */
  final void died(String how) {
    deaths.merge(how, 1, Integer::sum);
  }

  /** Compares what stands in a member's files up to a position with the ledger. */
  final void compareFiles(String member, Path directory, long end) {
    while (true) {
      try {
        compare("the files of " + member, Found.inFiles(directory, end), false);
        return;
      } catch (LogTrimmedException e) {
        // the oldest file went away in between: once more
      } catch (IOException e) {
        throw new LabFailure("the files of " + member, e);
      }
    }
  }

  /** Compares what a member holds with the ledger. */
  final void compare(String member, Found found, boolean settles) {
    List<Finding> findings = ledger.check(found, settles);
    if (!findings.isEmpty()) {
      throw new LabFailure(
          "%s holds %d records from position %d to %d:\n  %s"
              .formatted(
                  member,
                  found.batches().size(),
                  found.first(),
                  found.end(),
                  String.join("\n  ", findings.stream().map(Finding::toString).toList())));
    }
  }

  final int rounds() {
    return rounds;
  }

  /** How many died how. */
  final Map<String, Integer> deaths() {
    return deaths;
  }

  /** Kills what still runs. */
  @Override
  public abstract void close();
}
