package io.holdfast.logstore.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The file system that we run on. */
enum RealDisk implements Disk {
  INSTANCE;

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Set<OpenOption> CREATE =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
  private static final Set<OpenOption> WRITE =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
  private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);

  @Override
  public DiskFile create(Path file) throws IOException {
    return RealFile.open(file, CREATE, WRITE);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return RealFile.open(file, WRITE, WRITE);
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return RealFile.open(file, READ, READ);
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
      found.forEach(paths::add);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return paths;
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void link(Path file, Path secondName) throws IOException {
    Files.createLink(secondName, file);
  }

  @Override
  public boolean shared(Path file) throws IOException {
    return Files.getAttribute(file, "unix:nlink") instanceof Integer links && links > 1;
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    // An interrupt closes the channel under the sync: then once more.
    boolean interrupted = Thread.interrupted();
    try {
      while (!forced(folder)) {
        interrupted |= Thread.interrupted();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean forced(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
      return true;
    } catch (ClosedByInterruptException e) {
      return false;
    }
  }

  @Override
  public long usableSpace(Path folder) throws IOException {
    // One call to the kernel; a FileStore reads the table of all mounts. It answers 0 where it
    // cannot tell: then ask who can.
    long usable = folder.toFile().getUsableSpace();
    return usable > 0 ? usable : Files.getFileStore(folder).getUsableSpace();
  }

  @Override
  public UUID bootId() throws IOException {
    try {
      return UUID.fromString(Files.readString(BOOT_ID).strip());
    } catch (NoSuchFileException e) {
      // Without /proc nobody can tell one boot from another: then each start counts as one, which
      // costs connections and never believes bytes that may be missing.
      return UUID.randomUUID();
    }
  }

  @Override
  public Closeable lock(Path folder) throws IOException {
    return DirectoryLock.take(folder);
  }
}
