package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.logstore.segment.LogInUseException;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another process owns the log, and is killed in the midst of appending. */
@Timeout(120)
class KilledOwnerTest {
  @TempDir Path directory;

  private Process child(long number, boolean sync) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-XX:+UseSerialGC",
            "-Xmx64m",
            AppendingChild.class.getName(),
            directory.toString(),
            String.valueOf(number),
            String.valueOf(sync))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Lets a child append, kills it; returns the number of records that it acknowledged. */
  private long appendAndKill(long number, boolean sync, int lines) throws Exception {
    Process child = child(number, sync);
    long acknowledged = number;
    try (BufferedReader output = child.inputReader()) {
      int seen = 0;
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.chars().allMatch(Character::isDigit)) {
          acknowledged = Math.max(acknowledged, Long.parseLong(line));
          seen++;
        }
        if (seen == lines) {
          refusedAsInUseBy(child);
          // SIGKILL; through the handle, for the process itself would close its output unread.
          child.toHandle().destroyForcibly();
        }
      }
      assertThat(seen).as("the child ran until it was killed").isGreaterThanOrEqualTo(lines);
    } finally {
      child.destroyForcibly().waitFor();
    }
    return acknowledged;
  }

  private void refusedAsInUseBy(Process child) {
    assertThatThrownBy(() -> FileLog.open(directory, FileLogOptions.defaults()))
        .isInstanceOf(LogInUseException.class)
        .hasMessageContaining("pid " + child.pid());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsEveryRecordThatWasAcknowledged(boolean sync) throws Exception {
    long number = 0;
    for (int kill = 0; kill < 3; kill++) {
      long acknowledged = appendAndKill(number, sync, 40 + 37 * kill);
      assertThat(acknowledged).isGreaterThan(number);
      List<Long> offline = Records.readOffline(directory);
      assertThat(offline).isEqualTo(Records.numbers(0, offline.size()));
      assertThat(offline.size()).isGreaterThanOrEqualTo((int) acknowledged);
      try (FileLog log = FileLog.open(directory, FileLogOptions.defaults())) {
        assertThat(Records.readFrom(log, 0, 65536)).isEqualTo(offline);
      }
      number = offline.size();
    }
  }
}
