package io.holdfast.lab.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A temporary folder of a run: configuration, logs, sockets, captures. It is removed at the end,
 * unless it was told to stay (after a failure, so that somebody can look).
 */
public final class Workspace implements AutoCloseable {
  /** In a folder that stays, so that no {@link Janitor} takes it for a leftover. */
  static final String STAYS = ".stays";

  private final Path folder;
  private boolean stays;

  private Workspace(Path folder) {
    this.folder = folder;
  }

  /** Makes the folder of an owner under the machine's temporary folder. */
  public static Workspace create(Owner owner, String part) {
    return Teardown.keep(make(owner, part));
  }

  /** The same, but it stays when this JVM ends. */
  public static Workspace createStanding(Owner owner, String part) {
    return make(owner, part);
  }

  private static Workspace make(Owner owner, String part) {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), owner.name(part));
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new LabFailure("cannot make " + folder, e);
    }
    return new Workspace(folder);
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  /** A folder inside, made when it is not there. */
  public Path folder(String name) {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw new LabFailure("cannot make " + name, e);
    }
  }

  /** Lets the folder outlive the run. */
  public void stay() {
    stays = true;
    try {
      Files.write(folder.resolve(STAYS), new byte[0]);
    } catch (IOException e) {
      throw new LabFailure("cannot write in " + folder, e);
    }
  }

  @Override
  public void close() {
    Teardown.forget(this);
    if (!stays) {
      Janitor.delete(folder);
    }
  }
}
