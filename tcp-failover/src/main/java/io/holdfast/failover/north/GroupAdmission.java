package io.holdfast.failover.north;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Admits root, one user, and the members of one group as they stand in /etc/group at the time of
 * the question, so that an operator who is added to the group need not restart anything.
 *
 * @param ownUid the user that is admitted beside root
 * @param group name of the group; where it does not exist nobody else is admitted
 * @param groups a file in the format of group(5)
 * @param users a file in the format of passwd(5)
 */
record GroupAdmission(int ownUid, String group, Path groups, Path users) implements Admission {
  static final String GROUP = "holdfast";

  static GroupAdmission standard() {
    return new GroupAdmission(
        uidOfThisProcess(), GROUP, Path.of("/etc/group"), Path.of("/etc/passwd"));
  }

  private static int uidOfThisProcess() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException("/proc/self", e);
    }
  }

  @Override
  public boolean admits(int uid, int gid) {
    return uid == 0 || uid == ownUid || inGroup(uid, gid);
  }

  /** group(5): name:password:gid:member,member. */
  private boolean inGroup(int uid, int gid) {
    for (String line : lines(groups)) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 4 && fields[0].equals(group)) {
        return fields[2].equals(Integer.toString(gid)) || isMember(uid, fields[3].split(",", -1));
      }
    }
    return false;
  }

  /** passwd(5): name:password:uid:gid:... */
  private boolean isMember(int uid, String[] members) {
    String wanted = Integer.toString(uid);
    for (String line : lines(users)) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 3 && fields[2].equals(wanted)) {
        return Arrays.asList(members).contains(fields[0]);
      }
    }
    return false;
  }

  /** A file that can't be read admits nobody. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }
}
