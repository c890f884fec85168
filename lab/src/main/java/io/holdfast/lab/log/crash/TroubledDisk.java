package io.holdfast.lab.log.crash;

import io.holdfast.logstore.segment.Disk;
import io.holdfast.logstore.segment.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The machine's disk with troubles on demand: it stops for ever in the midst of a chosen operation,
 * or takes its time for each write and sync. From any thread.
 */
final class TroubledDisk implements Disk {
  /** What changes something on a disk. */
  enum Operation {
    WRITE,
    FORCE,
    TRUNCATE,
    CREATE,
    RENAME,
    LINK,
    DELETE
  }

  private static final int PAGE = 4_096;

  private final Disk real = Disk.real();
  private final Consumer<Operation> stopped;
  private final CountDownLatch never = new CountDownLatch(1);

  /** Guarded by this. */
  private @Nullable Operation armed;

  /** So many of them pass before the one that stops. Guarded by this. */
  private int pass;

  private volatile Duration delay = Duration.ZERO;

  /**
   * @param stopped told when it has stopped; the caller's process is expected to be killed then
   */
  TroubledDisk(Consumer<Operation> stopped) {
    this.stopped = stopped;
  }

  /** Stops in the midst of the operation of this kind that comes after so many others of it. */
  synchronized void arm(Operation operation, int after) {
    armed = operation;
    pass = after;
  }

  /** From now on each write and each sync takes so much longer. */
  void slow(Duration by) {
    delay = by;
  }

  private synchronized boolean due(Operation operation) {
    if (armed != operation || pass-- > 0) {
      return false;
    }
    armed = null;
    return true;
  }

  /** Comes back only if it is not this one. */
  private void before(Operation operation) {
    if (due(operation)) {
      stop(operation);
    }
  }

  private void stop(Operation operation) {
    stopped.accept(operation);
    while (true) {
      try {
        never.await();
      } catch (InterruptedException e) {
        // an interrupt does not make a disk answer
      }
    }
  }

  private static void takeTime(Duration time) {
    if (!time.isZero()) {
      LockSupport.parkNanos(time.toNanos());
    }
  }

  @Override
  public DiskFile create(Path file) throws IOException {
    before(Operation.CREATE);
    return new TroubledFile(real.create(file));
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new TroubledFile(real.open(file));
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return real.openToRead(file);
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return real.list(folder);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return real.exists(path);
  }

  @Override
  public void makeFolder(Path folder) throws IOException {
    real.makeFolder(folder);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    before(Operation.RENAME);
    real.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    before(Operation.DELETE);
    real.delete(path);
  }

  @Override
  public void link(Path file, Path secondName) throws IOException {
    before(Operation.LINK);
    real.link(file, secondName);
  }

  @Override
  public boolean shared(Path file) throws IOException {
    return real.shared(file);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    before(Operation.FORCE);
    real.forceFolder(folder);
  }

  @Override
  public long usableSpace(Path folder) throws IOException {
    return real.usableSpace(folder);
  }

  @Override
  public UUID bootId() throws IOException {
    return real.bootId();
  }

  @Override
  public Closeable lock(Path folder) throws IOException {
    return real.lock(folder);
  }

  /** A file that is written through this disk. */
  private final class TroubledFile implements DiskFile {
    private final DiskFile file;

    TroubledFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
      return file.read(into, at);
    }

    /**
     * About half of it is written before it stops: whole pages, for the kernel copies a page of a
     * write at a time, and a process does not die in the midst of one.
     */
    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      takeTime(delay);
      if (due(Operation.WRITE)) {
        ByteBuffer half = from.duplicate();
        long end = (at + half.remaining() / 2) / PAGE * PAGE;
        if (end > at) {
          file.write(half.limit(half.position() + (int) (end - at)), at);
        }
        stop(Operation.WRITE);
      }
      file.write(from, at);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      before(Operation.TRUNCATE);
      file.truncate(size);
    }

    @Override
    public void force() throws IOException {
      takeTime(delay);
      before(Operation.FORCE);
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
