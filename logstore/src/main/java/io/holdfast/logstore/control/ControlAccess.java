package io.holdfast.logstore.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Who may ask: root, the user that the daemon runs as, and members of the group {@code holdfast}.
 * Membership is read from group(5) and passwd(5) files at each connection, so that it can be given
 * and taken while the daemon runs. Users of a directory service count by the primary group that
 * their process has.
 */
public final class ControlAccess {

  /** The group of those who may look. */
  public static final String GROUP = "holdfast";

  private final int ownUid;
  private final Path groupFile;
  private final Path passwdFile;

  /** With the system's own files. */
  public ControlAccess(int ownUid) {
    this(ownUid, Path.of("/etc/group"), Path.of("/etc/passwd"));
  }

  /** With files given, for tests. */
  public ControlAccess(int ownUid, Path groupFile, Path passwdFile) {
    this.ownUid = ownUid;
    this.groupFile = groupFile;
    this.passwdFile = passwdFile;
  }

  /** True if a process with these credentials may ask. */
  boolean allows(int uid, int gid) {
    if (uid == 0 || uid == ownUid) {
      return true;
    }
    Optional<String[]> group = line(groupFile, GROUP, 0);
    if (group.isEmpty()) {
      return false;
    }
    String[] fields = group.get();
    if (fields[2].equals(Integer.toUnsignedString(gid))) {
      return true;
    }
    List<String> members = fields.length > 3 ? Arrays.asList(fields[3].split(",")) : List.of();
    return line(passwdFile, Integer.toUnsignedString(uid), 2)
        .map(user -> members.contains(user[0]))
        .orElse(false);
  }

  /** The first line of {@code file} whose field {@code index} is {@code wanted}, as its fields. */
  private static Optional<String[]> line(Path file, String wanted, int index) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
          .map(line -> line.split(":", -1))
          .filter(fields -> fields.length > 2 && fields[index].equals(wanted))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // what cannot be read allows nobody
    }
  }
}
