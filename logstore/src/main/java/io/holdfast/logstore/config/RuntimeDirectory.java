package io.holdfast.logstore.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The key {@code runtime-directory}, which every daemon reads: the folder of its sockets. */
public final class RuntimeDirectory {

  /** Where it is unless the file says otherwise. */
  public static final String DEFAULT = "/run/holdfast";

  /**
   * A Unix socket's path has room for 107 bytes (unix(7), sun_path); the longest name of ours in
   * the folder is {@code failoverd.control}.
   */
  private static final int LONGEST = 80;

  private RuntimeDirectory() {}

  /** Notes what is wrong beyond the schema. */
  public static void check(ConfigFile file) {
    ConfigSection root = file.root();
    root.text("runtime-directory")
        .map(file::resolve)
        .filter(p -> bytes(p) > LONGEST)
        .ifPresent(
            p ->
                root.problem(
                    "runtime-directory",
                    "%s is %d bytes long, too long for the path of a socket in it; allowed: at most %d"
                        .formatted(p, bytes(p), LONGEST)));
  }

  /** The folder, absolute; it may not exist yet. */
  public static Path of(ConfigFile file) {
    return file.resolve(file.root().text("runtime-directory").orElse(DEFAULT));
  }

  private static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }
}
