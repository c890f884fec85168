package io.holdfast.logstore.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The real disk, which is full, slow or broken as a test decides. */
public final class FaultyDisk implements Disk {
  private final Disk real = Disk.real();

  /** Bytes by which files may still grow; the write that exceeds it is made in part and fails. */
  final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

  /** What it says to have at least, as one does that others fill a moment later. */
  final AtomicLong claimed = new AtomicLong();

  /** How often it was asked for its room. */
  final AtomicInteger looks = new AtomicInteger();

  /** Syncs of files that may still be made; each waits for one. */
  final Semaphore syncs = new Semaphore(Integer.MAX_VALUE);

  final AtomicInteger syncsAsked = new AtomicInteger();
  volatile boolean syncsFail;
  volatile UUID boot = new UUID(1, 1);

  /** Files may be given a second name. */
  volatile boolean links = true;

  /** As if the machine had been started again, and had lost nothing. */
  public void reboot() {
    boot = UUID.randomUUID();
  }

  /** Files may grow by so many bytes from now on, and no more. */
  public void leave(long bytes) {
    room.set(bytes);
  }

  @Override
  public DiskFile create(Path file) throws IOException {
    return new File(real.create(file));
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new File(real.open(file));
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return new File(real.openToRead(file));
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
    real.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    real.delete(path);
  }

  @Override
  public void link(Path file, Path secondName) throws IOException {
    if (!links) {
      throw new IOException("Invalid cross-device link");
    }
    real.link(file, secondName);
  }

  @Override
  public boolean shared(Path file) throws IOException {
    return real.shared(file);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    real.forceFolder(folder);
  }

  @Override
  public long usableSpace(Path folder) {
    looks.incrementAndGet();
    return Math.max(room.get(), claimed.get());
  }

  @Override
  public UUID bootId() {
    return boot;
  }

  @Override
  public Closeable lock(Path folder) throws IOException {
    return real.lock(folder);
  }

  private final class File implements DiskFile {
    private final DiskFile file;

    File(DiskFile file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
      return file.read(into, at);
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      // Only what makes a file longer takes room.
      int length = from.remaining();
      int growth = (int) Math.min(length, Math.max(0, at + length - file.size()));
      long left = room.addAndGet(-growth);
      if (left >= 0 || growth == 0) {
        file.write(from, at);
        return;
      }
      room.set(0);
      int part = (int) Math.max(0, length + left);
      file.write(from.limit(from.position() + part), at);
      throw new IOException("No space left on device");
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force() throws IOException {
      syncsAsked.incrementAndGet();
      syncs.acquireUninterruptibly();
      if (syncsFail) {
        throw new IOException("Input/output error");
      }
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
