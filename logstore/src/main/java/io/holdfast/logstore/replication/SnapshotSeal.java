package io.holdfast.logstore.replication;

import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A checksum of the engine's description of a snapshot, which has none of its own, in a file beside
 * it: CRC32C (4), its complement (4). A member that died between the two files has a snapshot
 * without a seal; it is taken as it is.
 */
final class SnapshotSeal {
  private static final String DESCRIPTION = "__raft_snapshot_meta";
  private static final String SEAL = "seal";
  private static final String PREFIX = "snapshot_";
  private static final int LENGTH = 8;

  private SnapshotSeal() {}

  /** Seals the newest snapshot of a folder, if it is not sealed yet. */
  static void sealNewest(Path snapshots) throws IOException {
    Optional<Path> newest = newest(snapshots);
    if (newest.isPresent()) {
      seal(newest.get());
    }
  }

  /** Seals a snapshot, if it is not sealed yet. */
  static void seal(Path snapshot) throws IOException {
    Path file = snapshot.resolve(SEAL);
    if (!Files.exists(file)) {
      int crc = crc(snapshot);
      byte[] bytes = ByteBuffer.allocate(LENGTH).putInt(crc).putInt(~crc).array();
      MetaStore.replace(file, bytes, false);
    }
  }

  /**
   * Checks what the newest snapshot of a folder is described by, and the state in it.
   *
   * @throws LogCorruptException if one of them is not what was written
   */
  static void check(Path snapshots) throws IOException {
    Optional<Path> newest = newest(snapshots);
    if (newest.isEmpty()) {
      return;
    }
    Path snapshot = newest.get();
    for (String name : new String[] {DESCRIPTION, SnapshotState.FILE}) {
      if (!Files.exists(snapshot.resolve(name))) {
        throw new LogCorruptException(snapshot.resolve(name), 0, "no such file");
      }
    }
    checkSeal(snapshot);
    var _ = SnapshotState.load(snapshot, new StreamTable());
  }

  private static void checkSeal(Path snapshot) throws IOException {
    Path file = snapshot.resolve(SEAL);
    if (!Files.exists(file)) {
      return;
    }
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer seal = ByteBuffer.wrap(bytes);
    if (bytes.length != LENGTH || seal.getInt(0) != ~seal.getInt(4)) {
      throw new LogCorruptException(file, 0, "not the seal of a snapshot");
    }
    if (seal.getInt(0) != crc(snapshot)) {
      throw new LogCorruptException(
          snapshot.resolve(DESCRIPTION), 0, "a checksum that does not match");
    }
  }

  private static int crc(Path snapshot) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(Files.readAllBytes(snapshot.resolve(DESCRIPTION)));
    return (int) crc.getValue();
  }

  private static Optional<Path> newest(Path snapshots) throws IOException {
    if (!Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(snapshots)) {
      return all.filter(path -> number(path) >= 0)
          .max(Comparator.comparingLong(SnapshotSeal::number));
    }
  }

  /** Index of the last entry in it; -1 if it is no snapshot. */
  private static long number(Path path) {
    String name = String.valueOf(path.getFileName());
    try {
      return name.startsWith(PREFIX)
          ? Long.parseLong(name, PREFIX.length(), name.length(), 10)
          : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
