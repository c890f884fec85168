package io.holdfast.lab.log.crash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** When a member is to die, while its owner works. */
enum Moment {
  /** At any time. */
  ANY,
  /** When the owner hands something over. */
  FLUSH,
  /** When the owner allows something to be dropped. */
  TRIM,
  /** While a snapshot is made. */
  CHECKPOINT,
  /** In the midst of a write to a segment file. */
  WRITE,
  /** In the midst of a sync. */
  FORCE,
  /** In the midst of a file's being made, renamed, cut, linked, or deleted. */
  CREATE,
  RENAME,
  TRUNCATE,
  LINK,
  DELETE;

  /** What does not come within this time is not waited for: then it is any time. */
  private static final Duration LIMIT = Duration.ofSeconds(3);

  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  static Moment of(Random random, boolean sync) {
    Moment moment = values()[random.nextInt(values().length)];
    return moment == FORCE && !sync ? WRITE : moment;
  }

  /** Where a starting member's disk stops. */
  static MemberArguments.Stop whileStarting(Random random) {
    TroubledDisk.Operation[] operations = TroubledDisk.Operation.values();
    return new MemberArguments.Stop(
        operations[random.nextInt(operations.length)], random.nextInt(4));
  }

  /** Waits for it; gives what it was in the end. */
  Moment await(MemberProcess victim, Path directory, Ledger ledger, Random random) {
    return switch (this) {
      case ANY -> {
        LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(200)));
        yield ANY;
      }
      case FLUSH -> {
        long goal = ledger.flushCount() + random.nextInt(40);
        yield until(() -> ledger.flushCount() >= goal);
      }
      case TRIM -> {
        long goal = ledger.trimCount() + 1 + random.nextInt(3);
        yield until(() -> ledger.trimCount() >= goal);
      }
      case CHECKPOINT -> {
        Path temporary = directory.resolve("snapshot").resolve("temp");
        Moment found = until(() -> Files.exists(temporary));
        LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(3)));
        yield found;
      }
      case WRITE, FORCE, CREATE, RENAME, TRUNCATE, LINK, DELETE -> {
        int after = random.nextInt(this == WRITE ? 60 : this == FORCE ? 20 : 3);
        victim.tell("arm " + name() + ':' + after);
        victim.answer(MemberProcess.PATIENCE);
        yield until(() -> victim.stoppedAt() != null);
      }
    };
  }

  private Moment until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return ANY;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return this;
  }
}
