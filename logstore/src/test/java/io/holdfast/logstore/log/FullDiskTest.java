package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of 2 MB that fills up. */
@Timeout(60)
class FullDiskTest {
  private static final FileLogOptions OPTIONS =
      FileLogOptions.defaults()
          .withSegmentBytes(300_000)
          .withBufferBytes(64 << 10)
          .withStallBytes(512 << 10)
          .withLowSpaceBytes(0);

  @TempDir Path disk;

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @BeforeEach
  void mount() throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  @Test
  void stallsWhenTheDiskIsFullAndLosesNothing() throws Exception {
    Path filler = Files.write(disk.resolve("filler"), new byte[1_200_000]);
    List<Log.Status> changes = new ArrayList<>();
    Path directory = disk.resolve("log");
    int appended = 0;
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      log.onStatus((status, reason) -> changes.add(status));
      while (log.status() == Log.Status.OK) {
        Records.append(log, appended++, 5000);
        log.flush();
      }
      long committed = log.committed();
      assertThat(changes).containsExactly(Log.Status.FAILED);
      assertThat(committed).isPositive().isLessThan(log.appended());

      while (log.unwritten() + 5036 <= OPTIONS.stallBytes()) {
        Records.append(log, appended++, 5000);
        log.flush();
      }
      int next = appended;
      assertThatThrownBy(() -> Records.append(log, next, 5000))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("log stalled");
      assertThat(log.committed()).as("nothing commits on a full disk").isEqualTo(committed);
      assertThat(Records.readFrom(log, 0, 65536)).isEqualTo(Records.numbers(0, committed / 5036));

      Files.delete(filler);
      log.flush();
      assertThat(changes).containsExactly(Log.Status.FAILED, Log.Status.OK);
      assertThat(log.committed()).isEqualTo(log.appended());
      assertThat(log.uncommitted()).isZero();
      Records.append(log, appended++, 5000);
      log.flush();
      assertThat(Records.readFrom(log, 0, 65536)).isEqualTo(Records.numbers(0, appended));
    }
    assertThat(Records.readOffline(directory)).isEqualTo(Records.numbers(0, appended));
  }

  @Test
  void isOpenedOnAFullDiskAndReadsWhatIsThere() throws Exception {
    Path directory = disk.resolve("log");
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      for (int i = 0; i < 400 && log.status() == Log.Status.OK; i++) {
        Records.append(log, i, 6000);
        log.flush();
      }
      assertThat(log.status()).isEqualTo(Log.Status.FAILED);
    }
    Files.delete(directory.resolve("lock"));
    try (FileLog log = FileLog.open(directory, OPTIONS)) {
      long whole = log.committed() / 6036;
      assertThat(whole).isGreaterThan(300);
      assertThat(Records.readFrom(log, 0, 65536)).isEqualTo(Records.numbers(0, whole));
      Records.append(log, whole, 300_000);
      log.flush();
      assertThat(log.status()).isEqualTo(Log.Status.FAILED);
      log.trim(log.committed());
      log.flush();
      assertThat(log.status()).isEqualTo(Log.Status.OK);
      assertThat(log.committed()).isEqualTo(log.appended());
    }
  }
}
