package io.holdfast.lab.log.crash;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A member alone, which its own process owns and appends to, as in a daemon. It dies in each round
 * once; what it holds is compared when it has been started again.
 */
final class AloneLane extends Lane {
  /** One start in so many is not survived. */
  private static final int DIES_STARTING = 5;

  private static final long LONGEST_START_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  private final Path directory;
  private @Nullable MemberProcess process;

  AloneLane(Placement placement, Path folder, JavaCommand java, long seed) {
    super(placement, folder, java, seed);
    this.directory = folder.resolve("a");
  }

  private MemberProcess start(MemberArguments.@Nullable Stop stop) {
    MemberProcess started =
        MemberProcess.start(
            "a",
            java,
            MemberArguments.alone(directory, placement.sync(), SEGMENT_BYTES, SNAPSHOT_BYTES)
                .withStop(stop),
            folder.resolve("a.log"),
            ledger);
    process = started;
    return started;
  }

  @Override
  void play(Random random, int round) {
    if (random.nextInt(DIES_STARTING) == 0) {
      dieStarting(random);
      return;
    }
    MemberProcess member = start(null).awaitReady();
    open(member);
    member.ask("work %d %d %d".formatted(random.nextLong(), KEEP_BYTES, REST.toMillis()));
    Moment moment = Moment.of(random, placement.sync()).await(member, directory, ledger, random);
    member.kill();
    died(moment.name().toLowerCase(Locale.ROOT));
  }

  private void dieStarting(Random random) {
    boolean byPlace = random.nextBoolean();
    MemberProcess member = start(byPlace ? Moment.whileStarting(random) : null);
    long limit = random.nextLong(LONGEST_START_NANOS);
    long begun = System.nanoTime();
    if (byPlace) {
      while (member.stoppedAt() == null && !member.ready() && member.isAlive()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
      if (member.ready()) {
        member.tell("own 60"); // what begins an owner's turn is written too
      }
    }
    while (member.stoppedAt() == null && System.nanoTime() - begun < limit) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    member.kill();
    died("starting");
  }

  /** The turn of its last owner is over when the next has begun: then all can be compared. */
  private void open(MemberProcess member) {
    member.ask("own 60");
    Found found = member.read();
    compare("a", found, true);
    compareFiles("a", directory, found.end());
    ledger.forgetBefore(found.first());
  }

  @Override
  void witness() {
    if (process != null) {
      process.witness(folder.resolve("a.threads"));
    }
  }

  @Override
  void finish() {
    MemberProcess member = start(null).awaitReady();
    open(member);
    member.ask("quit");
    member.kill();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
