package io.holdfast.logstore.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * All that the store asks of a file system; tests put their own in its place. From any thread. What
 * fails throws an IOException and may be asked again.
 */
public interface Disk {

  /** Makes the file, empty; one that is there is emptied. For reading and writing. */
  DiskFile create(Path file) throws IOException;

  /** Opens a file that is there, for reading and writing. */
  DiskFile open(Path file) throws IOException;

  /** Opens a file that is there, for reading only. */
  DiskFile openToRead(Path file) throws IOException;

  /** The files and folders in a folder, in no order; empty if the folder is not there. */
  List<Path> list(Path folder) throws IOException;

  /** Whether there is a file or folder of this name. */
  boolean exists(Path path) throws IOException;

  /** Makes a folder, and those above it. */
  void makeFolder(Path folder) throws IOException;

  /** Gives another name, atomically; a file of that name is replaced. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file or an empty folder, if it is there. */
  void delete(Path path) throws IOException;

  /** Gives a file a second name. */
  void link(Path file, Path secondName) throws IOException;

  /** Whether a file has a second name, so that what is changed in it changes elsewhere too. */
  boolean shared(Path file) throws IOException;

  /** Makes the names in a folder durable. */
  void forceFolder(Path folder) throws IOException;

  /** Bytes that may still be written to the file system of this folder. */
  long usableSpace(Path folder) throws IOException;

  /** The same until the machine restarts. */
  UUID bootId() throws IOException;

  /**
   * Becomes the owner of a folder, until the result is closed or the process ends.
   *
   * @throws LogInUseException if another owns it
   */
  Closeable lock(Path folder) throws IOException;

  /** The disk of this machine. */
  static Disk real() {
    return RealDisk.INSTANCE;
  }
}
