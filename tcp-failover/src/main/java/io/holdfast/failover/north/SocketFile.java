package io.holdfast.failover.north;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * The place of a Unix socket in the file system. It is bound under another name and renamed once
 * its mode is right: so a stale file is replaced in one step, and nobody meets the socket while its
 * mode is still the umask's. Not thread-safe.
 */
final class SocketFile {
  private static final int MAX_PATH = 107; // sockaddr_un.sun_path, without its closing zero

  private final Path path;
  private final Path bound;
  private @Nullable Object key;

  private SocketFile(Path path, Path bound) {
    this.path = path;
    this.bound = bound;
  }

  /** Makes the folder where it is missing, and clears the way. */
  static SocketFile prepare(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    Path bound = absolute.resolveSibling(absolute.getFileName() + ".new");
    if (bound.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
      throw new IOException(
          "the path of a Unix socket has at most " + (MAX_PATH - 4) + " bytes: " + absolute);
    }
    Path folder = absolute.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      giveToGroup(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
    }
    for (Path each : new Path[] {absolute, bound}) {
      if (Files.exists(each, LinkOption.NOFOLLOW_LINKS) && !isSocket(each)) {
        throw new IOException(each + " is there and is not a socket");
      }
    }
    Files.deleteIfExists(bound);
    return new SocketFile(absolute, bound);
  }

  Path path() {
    return path;
  }

  /** Where to bind. */
  Path boundPath() {
    return bound;
  }

  /** Gives what was bound its group, its mode and its name. */
  void publish() throws IOException {
    giveToGroup(bound);
    Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-rw----"));
    key = fileKey(bound);
    Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes it, unless somebody has put another in its place. */
  void remove() {
    try {
      if (key != null && key.equals(fileKey(path))) {
        Files.delete(path);
      }
    } catch (IOException e) {
      // Then it is stale, and replaced by whoever comes next.
    }
  }

  private static @Nullable Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  private static boolean isSocket(Path path) throws IOException {
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & 0170000) == 0140000; // S_IFMT, S_IFSOCK
  }

  private static void giveToGroup(Path path) throws IOException {
    GroupPrincipal holdfast;
    try {
      holdfast =
          path.getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByGroupName(GroupAdmission.GROUP);
    } catch (UserPrincipalNotFoundException e) {
      return;
    }
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    view.setGroup(holdfast);
  }
}
