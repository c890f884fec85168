package io.holdfast.logstore.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.segment.FaultyDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A group whose volumes are full. */
@Timeout(120)
class FullGroupTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** 1 MiB more than what is kept for trims and checkpoints. */
  private static final long LITTLE = 5 << 20;

  /**
   * Trims that a leader without room writes by itself, one a second, to see whether it has some.
   */
  private static final int TRIMS = 3;

  @TempDir private Path folder;

  private final Map<Path, FaultyDisk> disks = new ConcurrentHashMap<>();

  private FaultyDisk disk(Path member) {
    return disks.computeIfAbsent(
        member,
        _ -> {
          FaultyDisk disk = new FaultyDisk();
          disk.leave(LITTLE);
          return disk;
        });
  }

  @Test
  void aLeaderWithoutRoomStaysFailedUntilItHasSome() throws Exception {
    try (Trio trio =
        new Trio(folder, false, "a", "b", "c")
            .with(config -> config.withDisk(disk(config.directory())))
            .startAll()) {
      Member leader = trio.member(trio.leader());
      OwnedLog log = OwnedLog.open(new MemberBackend(leader, PATIENCE), "test");
      List<Log.Status> seen = new CopyOnWriteArrayList<>();
      log.onStatus((status, _) -> seen.add(status));
      String line = "x".repeat(10_000);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                if (log.appended() - log.committed() < 1 << 20) {
                  Lines.append(log, 1, line);
                  log.flush();
                }
                return log.status() == Log.Status.FAILED;
              });

      long index = leader.index();
      int told = seen.size();
      await().atMost(PATIENCE).until(() -> leader.index() >= index + TRIMS);
      assertThat(log.status()).isEqualTo(Log.Status.FAILED);
      assertThat(seen.subList(told, seen.size())).as("told after FAILED").isEmpty();

      disks.values().forEach(disk -> disk.leave(Long.MAX_VALUE));
      Lines.commit(log);
      await().atMost(PATIENCE).until(() -> log.status() == Log.Status.OK);
    }
  }
}
