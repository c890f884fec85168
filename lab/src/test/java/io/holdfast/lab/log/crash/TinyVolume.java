package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Teardown;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system of a few megabytes in memory, on a folder, with ballast that can be thrown off. */
final class TinyVolume implements AutoCloseable {
  private static final int CHUNK = 64 << 10;

  private final Path folder;
  private final Path ballast;

  private TinyVolume(Path folder) {
    this.folder = folder;
    this.ballast = folder.resolve("ballast");
  }

  /** Mounts one. */
  static TinyVolume mount(Path folder, int megabytes) throws IOException {
    Files.createDirectories(folder);
    Command.run(
        "mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
    return Teardown.keep(new TinyVolume(folder));
  }

  Path folder() {
    return folder;
  }

  long free() {
    return folder.toFile().getUsableSpace();
  }

  /** Fills it up until so many bytes are left, or fewer. */
  void leave(long bytes) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (free() > bytes) {
        out.write(new byte[(int) Math.min(CHUNK, free() - bytes)]);
      }
    } catch (IOException e) {
      if (free() > bytes) {
        throw e; // it is full otherwise: that was wanted
      }
    }
  }

  /** Throws the ballast off. */
  void release() throws IOException {
    Files.deleteIfExists(ballast);
  }

  @Override
  public void close() {
    Teardown.forget(this);
    Command.Outcome done = Command.attempt(java.util.List.of("umount", folder.toString()));
    if (!done.ok()) {
      throw new LabFailure("umount: " + done.output());
    }
  }
}
