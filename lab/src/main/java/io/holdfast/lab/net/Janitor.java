package io.holdfast.lab.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Removes what a lab that was killed left behind: namespaces and folders whose name carries a
 * process id that no longer exists, and the processes in those namespaces. A folder that was told
 * to stay is no leftover.
 */
public final class Janitor {
  private Janitor() {}

  /** Sweeps; gives the names of what it removed. */
  public static List<String> sweep() {
    List<String> removed = new ArrayList<>();
    for (String name : names(Path.of("/run/netns"))) {
      if (isOrphan(name)) {
        Namespace.existing(name).close();
        removed.add(name);
      }
    }
    Path folders = Path.of(System.getProperty("java.io.tmpdir"));
    for (String name : names(folders)) {
      if (isOrphan(name) && Files.notExists(folders.resolve(name).resolve(Workspace.STAYS))) {
        delete(folders.resolve(name));
        removed.add(name);
      }
    }
    return removed;
  }

  /** Removes a folder and all in it. What cannot be removed stays. */
  public static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // It is a leftover; the next sweep tries again.
    }
  }

  private static boolean isOrphan(String name) {
    OptionalLong pid = Owner.processOf(name);
    return pid.isPresent() && ProcessHandle.of(pid.getAsLong()).isEmpty();
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
