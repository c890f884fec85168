package io.holdfast.logstore.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One owner for a log's folder. The lock is the kernel's (a record lock on the file {@code lock}),
 * so that it ends with the process however that dies; the pid in the file is for people.
 */
final class DirectoryLock implements Closeable {
  /**
   * Folders that this process owns. A record lock is lost when the process closes any descriptor of
   * the file, so a second attempt in the same process must not even open it.
   */
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel file;

  private DirectoryLock(Path directory, FileChannel file) {
    this.directory = directory;
    this.file = file;
  }

  /**
   * Takes the lock of an existing folder.
   *
   * @throws LogInUseException if another has it
   */
  static DirectoryLock take(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!OWNED.add(real)) {
      throw new LogInUseException(real, "this process (pid " + ProcessHandle.current().pid() + ")");
    }
    FileChannel file = null;
    try {
      file = open(real);
      write(file, String.valueOf(ProcessHandle.current().pid()));
      return new DirectoryLock(real, file);
    } catch (IOException | RuntimeException e) {
      OWNED.remove(real);
      throw e;
    }
  }

  private static FileChannel open(Path directory) throws IOException {
    FileChannel file =
        FileChannel.open(
            directory.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = file.tryLock();
      if (lock == null) {
        throw new LogInUseException(directory, "the process with pid " + holder(file));
      }
      return file;
    } finally {
      if (lock == null) {
        file.close();
      }
    }
  }

  private static String holder(FileChannel file) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    file.read(text, 0);
    return StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
  }

  private static void write(FileChannel file, String pid) {
    try {
      file.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      file.truncate(pid.length());
    } catch (IOException e) {
      // A full disk must not keep the log from being opened; the lock does not need the text.
      LoggerFactory.getLogger(DirectoryLock.class)
          .warn("cannot write the pid into the log's lock file", e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      OWNED.remove(directory);
    }
  }
}
