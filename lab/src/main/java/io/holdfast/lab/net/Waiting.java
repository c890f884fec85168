package io.holdfast.lab.net;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, never for a time. */
public final class Waiting {
  private static final Duration STEP = Duration.ofMillis(50);

  private Waiting() {}

  /**
   * Waits until the condition holds. A {@link LabFailure} that the condition throws counts as "not
   * yet".
   *
   * @param what what is waited for, for the failure's message
   * @throws LabFailure when the limit has passed
   */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    String last = "";
    while (true) {
      try {
        if (condition.getAsBoolean()) {
          return;
        }
      } catch (LabFailure e) {
        last = ": " + e.getMessage();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new LabFailure("waited " + limit.toSeconds() + " s for " + what + last);
      }
      pause();
    }
  }

  /** A moment between two looks. */
  public static void pause() {
    LockSupport.parkNanos(STEP.toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new LabFailure("interrupted");
    }
  }
}
