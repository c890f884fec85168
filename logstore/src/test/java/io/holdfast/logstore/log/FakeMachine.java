package io.holdfast.logstore.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A machine whose boot, space and syncs a test decides. */
final class FakeMachine implements Machine {
  private final UUID boot;

  /** Syncs that may still be made; each waits for one. */
  final Semaphore syncs = new Semaphore(0);

  final AtomicInteger asked = new AtomicInteger();
  volatile boolean syncsFail;
  volatile long usable = Long.MAX_VALUE;

  FakeMachine(UUID boot) {
    this.boot = boot;
  }

  @Override
  public void force(FileChannel file) throws IOException {
    asked.incrementAndGet();
    syncs.acquireUninterruptibly();
    if (syncsFail) {
      throw new IOException("Input/output error");
    }
    file.force(false);
  }

  @Override
  public long usableSpace(Path directory) {
    return usable;
  }

  @Override
  public UUID bootId() {
    return boot;
  }
}
