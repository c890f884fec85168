package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SyncTest {
  private static final FileLogOptions OPTIONS =
      FileLogOptions.defaults().withSync(true).withSegmentBytes(1024).withBufferBytes(4096);

  @TempDir Path directory;

  private final FakeMachine machine = new FakeMachine(UUID.randomUUID());
  private final List<Long> commits = new CopyOnWriteArrayList<>();
  private final List<String> changes = new CopyOnWriteArrayList<>();

  private FileLog open(FileLogOptions options) throws Exception {
    FileLog log = FileLog.open(directory, options, machine);
    log.onCommit(commits::add);
    log.onStatus((status, reason) -> changes.add(status + " " + reason));
    return log;
  }

  @Test
  void commitsOnlyWhatIsOnTheDisk() throws Exception {
    try (FileLog log = open(OPTIONS)) {
      Records.append(log, 0, 64);
      log.flush();
      await().until(() -> machine.asked.get() == 1);
      assertThat(log.committed()).isZero();
      assertThat(commits).isEmpty();
      assertThat(log.reader(0).read(ByteBuffer.allocateDirect(1000))).isZero();
      machine.syncs.release();
      await().until(() -> log.committed() == 100);
      await().until(() -> commits.equals(List.of(100L)));
      machine.syncs.release(100);
    }
  }

  @Test
  void oneSyncCommitsAllThatGatheredDuringTheLast() throws Exception {
    try (FileLog log = open(OPTIONS)) {
      Records.append(log, 0, 64);
      log.flush();
      await().until(() -> machine.asked.get() == 1);
      for (int i = 1; i < 8; i++) {
        Records.append(log, i, 64);
        log.flush();
      }
      machine.syncs.release(2);
      await().until(() -> log.committed() == 800);
      assertThat(machine.asked.get()).isEqualTo(2);
      assertThat(commits).containsExactly(100L, 800L);
    }
  }

  @Test
  void syncsEveryFileThatItHasLeftBeforeItCommits() throws Exception {
    try (FileLog log = open(OPTIONS)) {
      for (int i = 0; i < 25; i++) {
        Records.append(log, i, 64);
      }
      log.flush();
      machine.syncs.release(2);
      await().until(() -> machine.asked.get() == 3);
      assertThat(log.committed()).as("three files, two synced").isZero();
      machine.syncs.release();
      await().until(() -> log.committed() == 2500);
      machine.syncs.release(100);
      for (int i = 25; i < 60; i++) {
        Records.append(log, i, 64);
        log.flush();
      }
    }
    assertThat(commits.getLast()).as("closing waits for the disk").isEqualTo(6000);
    assertThat(Records.readOffline(directory)).isEqualTo(Records.numbers(0, 60));
  }

  @Test
  void anInterruptOfTheAppendingThreadStopsNoSync() throws Exception {
    machine.syncs.release(10_000);
    try (FileLog log = open(OPTIONS)) {
      for (int i = 0; i < 100; i++) {
        Thread.currentThread().interrupt();
        Records.append(log, i, 64);
        log.flush();
        assertThat(Thread.interrupted()).isTrue();
      }
      await().until(() -> log.committed() == 10_000);
      assertThat(log.status()).isEqualTo(Log.Status.OK);
    }
  }

  @Test
  void neverTrustsADiskAgainThatFailedASync() throws Exception {
    try (FileLog log = open(OPTIONS.withStallBytes(4096))) {
      Records.append(log, 0, 64);
      log.flush();
      await().until(() -> machine.asked.get() == 1);
      machine.syncsFail = true;
      machine.syncs.release();
      await().until(() -> log.status() == Log.Status.FAILED);
      machine.syncsFail = false;
      machine.syncs.release(100);
      Records.append(log, 1, 64);
      log.flush();
      assertThat(log.status()).isEqualTo(Log.Status.FAILED);
      assertThat(log.committed()).isZero();
      assertThat(log.uncommitted()).isEqualTo(200);
      assertThat(changes).singleElement().asString().contains("FAILED", "Input/output error");
      assertThatThrownBy(() -> Records.append(log, 2, 4000))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("log stalled");
    }
    assertThat(commits).isEmpty();
  }

  @Test
  void warnsWhenSpaceIsLowAndSaysWhenItIsNot() throws Exception {
    machine.usable = 1000;
    try (FileLog log = open(FileLogOptions.defaults().withLowSpaceBytes(2000))) {
      Records.append(log, 0, 64);
      log.flush();
      assertThat(log.status()).isEqualTo(Log.Status.LOW_SPACE);
      assertThat(log.committed()).isEqualTo(100);
      machine.usable = 3000;
      await()
          .untilAsserted(
              () -> {
                log.flush();
                assertThat(log.status()).isEqualTo(Log.Status.OK);
              });
      assertThat(changes).hasSize(2);
      assertThat(changes.getFirst()).contains("LOW_SPACE", "1000 bytes", directory.toString());
    }
  }
}
