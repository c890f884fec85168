package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of this machine. An interrupt closes a {@link FileChannel} under whoever uses it, so that
 * here it is opened again (if the name still leads to the same file) and the access repeated, which
 * does no harm, since every access states its place.
 */
final class RealFile implements DiskFile {
  /**
   * Bytes of a heap buffer handed over in one call: the JDK copies them through a direct buffer of
   * that size, which it keeps for each thread.
   */
  private static final int HEAP_PIECE = 128 << 10;

  @FunctionalInterface
  private interface Access {
    int on(FileChannel channel) throws IOException;
  }

  private final Path path;
  private final Set<OpenOption> again;
  private final @Nullable Object key;
  private volatile FileChannel channel;
  private volatile boolean closed;

  private RealFile(Path path, Set<OpenOption> again, FileChannel channel, @Nullable Object key) {
    this.path = path;
    this.again = again;
    this.channel = channel;
    this.key = key;
  }

  static RealFile open(Path path, Set<OpenOption> first, Set<OpenOption> again) throws IOException {
    FileChannel channel = FileChannel.open(path, first);
    try {
      return new RealFile(path, again, channel, keyOf(path));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  @Override
  public int read(ByteBuffer into, long at) throws IOException {
    int start = into.position();
    int limit = into.limit();
    if (!into.isDirect() && limit - start > HEAP_PIECE) {
      into.limit(start + HEAP_PIECE);
    }
    try {
      return access(
          open -> {
            into.position(start);
            return open.read(into, at);
          });
    } finally {
      into.limit(limit);
    }
  }

  @Override
  public void write(ByteBuffer from, long at) throws IOException {
    int limit = from.limit();
    long place = at;
    try {
      while (from.position() < limit) {
        int start = from.position();
        long here = place;
        from.limit(from.isDirect() ? limit : Math.min(limit, start + HEAP_PIECE));
        place +=
            access(
                open -> {
                  from.position(start);
                  return open.write(from, here);
                });
      }
    } finally {
      from.limit(limit);
    }
  }

  @Override
  public long size() throws IOException {
    long[] size = new long[1];
    access(
        open -> {
          size[0] = open.size();
          return 0;
        });
    return size[0];
  }

  @Override
  public void truncate(long size) throws IOException {
    access(
        open -> {
          open.truncate(size);
          return 0;
        });
  }

  @Override
  public void force() throws IOException {
    access(
        open -> {
          open.force(false);
          return 0;
        });
  }

  private int access(Access access) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        FileChannel now = channel;
        try {
          return access.on(now);
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
          reopen(now, e);
        } catch (ClosedChannelException e) {
          // the interrupt of another thread that uses this file, or our own close
          reopen(now, e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void reopen(FileChannel dead, ClosedChannelException cause)
      throws IOException {
    if (closed) {
      throw cause;
    }
    if (!Objects.equals(channel, dead)) {
      return;
    }
    FileChannel opened = FileChannel.open(path, again);
    if (!Objects.equals(keyOf(path), key)) {
      opened.close();
      throw new NoSuchFileException(path.toString(), null, "another file has its name now");
    }
    channel = opened;
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
