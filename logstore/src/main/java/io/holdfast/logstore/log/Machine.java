package io.holdfast.logstore.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;

/** What the log asks of the machine beside plain files; tests put their own in its place. */
interface Machine {
  Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Returns when the file's bytes are on the disk. */
  void force(FileChannel file) throws IOException;

  /** Bytes that may still be written to the file system of this folder. */
  long usableSpace(Path directory) throws IOException;

  /** The same until the machine restarts. */
  UUID bootId() throws IOException;

  /** The machine that we run on. */
  static Machine real() {
    return new Machine() {
      @Override
      public void force(FileChannel file) throws IOException {
        file.force(false);
      }

      @Override
      public long usableSpace(Path directory) throws IOException {
        // One call to the kernel; a FileStore reads the table of all mounts, and this is asked on
        // the path of every acknowledgment. It answers 0 where it cannot tell: then ask who can.
        long usable = directory.toFile().getUsableSpace();
        return usable > 0 ? usable : Files.getFileStore(directory).getUsableSpace();
      }

      @Override
      public UUID bootId() throws IOException {
        try {
          return UUID.fromString(Files.readString(BOOT_ID).strip());
        } catch (NoSuchFileException e) {
          // Without /proc nobody can tell one boot from another: then each start counts as one,
          // which costs connections and never believes bytes that may be missing.
          return UUID.randomUUID();
        }
      }
    };
  }
}
