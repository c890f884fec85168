package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another process owns the store, and is killed in the midst of appending. */
@Timeout(120)
class KilledOwnerTest {
  @TempDir Path directory;

  private Process child(boolean sync, long seed) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-XX:+UseSerialGC",
            "-Xmx64m",
            AppendingChild.class.getName(),
            directory.toString(),
            String.valueOf(sync),
            String.valueOf(seed))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Lets a child append, kills it; returns the index that it acknowledged last. */
  private long appendAndKill(boolean sync, long seed, int lines) throws Exception {
    Process child = child(sync, seed);
    long acknowledged = 0;
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
    assertThatThrownBy(() -> SegmentStore.open(directory, StoreOptions.defaults()))
        .isInstanceOf(LogInUseException.class)
        .hasMessageContaining("pid " + child.pid());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsEveryEntryThatWasAcknowledged(boolean sync) throws Exception {
    long before = 0;
    for (int kill = 0; kill < 4; kill++) {
      long acknowledged = appendAndKill(sync, kill, 60 + 97 * kill);
      assertThat(acknowledged).isGreaterThan(before);
      StoreOptions options = new StoreOptions(sync, 256 << 10, true, 0);
      try (SegmentStore store = SegmentStore.open(directory, options)) {
        assertThat(store.lastIndex()).isGreaterThanOrEqualTo(acknowledged);
        assertThat(Entries.readEntries(store))
            .isEqualTo(Entries.numbers(store.firstIndex(), store.lastIndex() + 1));
        store.verify(line -> {});
        before = store.lastIndex();
      }
    }
  }

  @Test
  void refusesASecondOwnerInThisProcess() throws Exception {
    try (SegmentStore store = SegmentStore.open(directory, StoreOptions.defaults())) {
      assertThatThrownBy(() -> SegmentStore.open(directory, StoreOptions.defaults()))
          .isInstanceOf(LogInUseException.class)
          .hasMessageContaining("is in use by this process");
      assertThat(store.lastIndex()).isZero();
    }
    SegmentStore.open(directory, StoreOptions.defaults()).close();
  }
}
