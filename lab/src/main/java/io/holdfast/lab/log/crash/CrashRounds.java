package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.LabFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Rounds on all placements at the same time, a lane each. */
final class CrashRounds {
  private static final int SAY_EVERY = 20;

  /**
   * What came of a lane.
   *
   * @param failure null if all held
   */
  record Result(
      Placement placement,
      int rounds,
      long acknowledged,
      long survived,
      long vanished,
      Map<String, Integer> deaths,
      @Nullable String failure) {}

  private final Path folder;
  private final JavaCommand java;
  private final long seed;
  private final Consumer<String> progress;

  CrashRounds(Path folder, JavaCommand java, long seed, Consumer<String> progress) {
    this.folder = folder;
    this.java = java;
    this.seed = seed;
    this.progress = progress;
  }

  /** Plays them; of so many rounds each lane takes the next when it is free. */
  List<Result> play(int rounds, List<Placement> placements) {
    AtomicInteger left = new AtomicInteger(rounds);
    List<Result> results = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    int share = Math.ceilDiv(rounds, placements.size());
    for (Placement placement : placements) {
      threads.add(
          Thread.ofPlatform()
              .name(placement.name().toLowerCase(Locale.ROOT))
              .start(
                  () -> {
                    Result result = lane(placement, left, share);
                    synchronized (results) {
                      results.add(result);
                    }
                  }));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LabFailure("interrupted", e);
      }
    }
    results.sort((a, b) -> a.placement().compareTo(b.placement()));
    return results;
  }

  private Result lane(Placement placement, AtomicInteger left, int share) {
    String failure = null;
    try (Lane lane = open(placement)) {
      try {
        for (int own = 0; own < share && left.getAndDecrement() > 0; own++) {
          lane.round();
          if (lane.rounds() % SAY_EVERY == 0) {
            progress.accept(
                "%s: %d rounds, %d appends committed"
                    .formatted(placement, lane.rounds(), lane.ledger.acknowledged()));
          }
        }
        lane.finish();
      } catch (LabFailure e) {
        failure = String.valueOf(e.getMessage());
      } catch (RuntimeException e) {
        failure = placement + ": " + e;
      }
      if (failure != null) {
        progress.accept("FAILED: " + failure);
      }
      return new Result(
          placement,
          lane.rounds(),
          lane.ledger.acknowledged(),
          lane.ledger.survived(),
          lane.ledger.vanished(),
          lane.deaths(),
          failure);
    }
  }

  private Lane open(Placement placement) {
    Path own = folder.resolve(placement.name().toLowerCase(Locale.ROOT));
    try {
      return Lane.of(
          placement, Files.createDirectories(own), java, seed ^ placement.name().hashCode());
    } catch (IOException e) {
      throw new LabFailure("cannot make " + own, e);
    }
  }
}
