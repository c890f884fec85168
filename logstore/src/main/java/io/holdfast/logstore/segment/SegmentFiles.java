package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** What the files and folders of a store are called. */
final class SegmentFiles {
  static final String SUFFIX = ".seg";

  private static final Pattern NAME = Pattern.compile("[0-7][0-9a-f]{15}\\.seg");
  private static final Pattern FORMER_NAME = Pattern.compile("[0-9a-f]{16}\\.log");

  private SegmentFiles() {}

  /** The folder of the segment files, in the folder of a member. */
  static Path segmentsIn(Path directory) {
    return directory.resolve("segments");
  }

  /** Where a whole new set of segments is made ready. */
  static Path nextIn(Path directory) {
    return directory.resolve("segments.next");
  }

  /** Where the set stands that was replaced, until it is deleted. */
  static Path formerIn(Path directory) {
    return directory.resolve("segments.former");
  }

  /** The file that is made ready for the next segment. */
  static Path spareIn(Path directory) {
    return directory.resolve("segment.spare");
  }

  static Path fileIn(Path segments, long firstIndex) {
    return segments.resolve("%016x".formatted(firstIndex) + SUFFIX);
  }

  /** The index that the file's name states. */
  static long firstIndexOf(Path file) {
    String name = String.valueOf(file.getFileName());
    return Long.parseLong(name, 0, name.length() - SUFFIX.length(), 16);
  }

  /**
   * The segment files of a folder, oldest first.
   *
   * @throws LogCorruptException if a file's name ends as theirs and is none
   */
  static List<Path> list(Disk disk, Path segments) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : disk.list(segments)) {
      String name = String.valueOf(file.getFileName());
      if (!name.endsWith(SUFFIX)) {
        continue;
      }
      if (!NAME.matcher(name).matches()) {
        throw new LogCorruptException(file, 0, "a file whose name is not that of a segment");
      }
      files.add(file);
    }
    files.sort(Comparator.comparingLong(SegmentFiles::firstIndexOf));
    return files;
  }

  /**
   * Refuses a folder that holds a log of format 1 (files by position, in the folder itself), which
   * this build neither reads nor hides by beginning another beside it.
   */
  static void refuseFormerFormat(Disk disk, Path directory) throws IOException {
    for (Path file : disk.list(directory)) {
      if (FORMER_NAME.matcher(String.valueOf(file.getFileName())).matches()) {
        throw new LogCorruptException(
            file,
            0,
            "a log of format version 1, while this build knows "
                + SegmentHeader.VERSION
                + " only (move the folder away to start anew)");
      }
    }
  }

  /** The folder that a file stands in. */
  static Path folderOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  /** Deletes a folder and the files in it. */
  static void deleteFolder(Disk disk, Path folder) throws IOException {
    for (Path file : disk.list(folder)) {
      disk.delete(file);
    }
    disk.delete(folder);
  }
}
