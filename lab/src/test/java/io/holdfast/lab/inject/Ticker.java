package io.holdfast.lab.inject;

import io.holdfast.failover.north.client.NorthEvents;
import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A JVM to poison: one thread folds nothing, a hundred times a second, and writes down how often;
 * another one writes that the process is there.
 */
final class Ticker implements NorthEvents {
  private final Path folder;
  private long ticks;

  private Ticker(Path folder) {
    this.folder = folder;
  }

  /** The argument is the folder for the files {@code folded} and {@code alive}. */
  public static void main(String[] arguments) throws Exception {
    Ticker ticker = new Ticker(Path.of(arguments[0]));
    Thread folding = new Thread(() -> ticker.fold(), "folding");
    folding.setDaemon(true);
    folding.start();
    for (long i = 0; ; i++) {
      Files.writeString(ticker.folder.resolve("alive"), Long.toString(i));
      LockSupport.parkNanos(10_000_000);
    }
  }

  private void fold() {
    while (true) {
      credit(1, ticks++);
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Override
  public void credit(long connection, long offset) {
    try {
      Files.writeString(folder.resolve("folded"), Long.toString(offset));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void welcome(long epoch, long replayStart, long attachedAt) {}

  @Override
  public void record(long position, RecordFlyweight record) {}

  @Override
  public void connectFailed(long request, String reason) {}

  @Override
  public void refused(String reason) {}

  @Override
  public void lost(String reason) {}
}
