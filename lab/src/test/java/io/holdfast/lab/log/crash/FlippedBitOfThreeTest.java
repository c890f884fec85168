package io.holdfast.lab.log.crash;

import static io.holdfast.lab.log.crash.FlippedBit.ENTRY_HEADER;
import static io.holdfast.lab.log.crash.FlippedBit.SEGMENT_HEADER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.segment.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One bit of one file of a member of three is not as it was written. All tests damage members of
 * one log, which goes on from test to test; after a failure the next begins another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FlippedBitOfThreeTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final long SEED = 77;

  private Workspace workspace;
  private @Nullable Three three;
  private int logs;

  /** A log of three and what was appended to it. Where the test fails, its processes end. */
  private final class Three implements AutoCloseable {
    final Ledger ledger = new Ledger();
    final Group group =
        new Group(
                workspace.folder("log-" + ++logs),
                JavaCommand.shortLived(),
                false,
                ledger,
                each -> each)
            .ofThree();

    /** So much more that there are new segments, and a new snapshot. */
    void fill() {
      try (Workload workload =
          new Workload(
              group.own("test", LIMIT), ledger, SEED, 8 * Lane.SEGMENT_BYTES, Duration.ZERO)) {
        long goal = ledger.largestCommit() + 8 * Lane.SEGMENT_BYTES;
        Waiting.until("2 MiB", LIMIT, () -> ledger.largestCommit() >= goal);
        workload.end();
        assertThat(workload.awaitSettled(LIMIT)).isTrue();
        workload.log().close();
      }
    }

    /** What this member holds is what was appended. */
    Found holdsAll(String member) {
      Found found = group.read(member, ledger.largestCommit());
      assertThat(ledger.check(found, true)).isEmpty();
      return found;
    }

    @Override
    public void close() {
      group.close();
    }
  }

  @BeforeAll
  void begin() {
    workspace = Workspace.create(Owner.thisProcess(), "flip");
  }

  @AfterAll
  void end() {
    if (three != null) {
      three.close();
    }
    workspace.close();
  }

  private interface Scene {
    void play(Three log) throws Exception;
  }

  /** Plays on the log that is there, all members of which run and have more than before. */
  private void play(Scene scene) throws Exception {
    Three log = three == null ? new Three() : three;
    three = null;
    try {
      log.group.startAll();
      log.fill();
      scene.play(log);
      three = log;
    } finally {
      if (three == null) {
        log.close();
      }
    }
  }

  /** What is damaged. */
  private enum Damage {
    FIRST_SEGMENT_HEADER,
    FIRST_SEGMENT_ENTRY,
    FIRST_SEGMENT_PAYLOAD,
    LAST_SEGMENT_HEADER,
    LAST_SEGMENT_PAYLOAD,
    SNAPSHOT_STATE,
    SNAPSHOT_TABLE;

    Path file(Path directory) throws IOException {
      if (this == SNAPSHOT_STATE || this == SNAPSHOT_TABLE) {
        String name = this == SNAPSHOT_STATE ? "state" : "__raft_snapshot_meta";
        return newestSnapshot(directory.resolve("snapshot")).resolve(name);
      }
      List<Path> segments = FlippedBit.files(directory.resolve("segments"));
      return name().startsWith("LAST") ? segments.getLast() : segments.getFirst();
    }

    /** Nobody reads an older one that is about to be deleted. */
    private static Path newestSnapshot(Path folder) throws IOException {
      try (Stream<Path> all = Files.list(folder)) {
        return all.filter(each -> each.toString().contains("/snapshot_"))
            .max(Comparator.comparingLong(FlippedBitOfThreeTest::lastEntry))
            .orElseThrow();
      }
    }

    long at() {
      return switch (this) {
        case FIRST_SEGMENT_HEADER, LAST_SEGMENT_HEADER, SNAPSHOT_STATE, SNAPSHOT_TABLE -> 20;
        case FIRST_SEGMENT_ENTRY -> SEGMENT_HEADER + 9;
        case FIRST_SEGMENT_PAYLOAD, LAST_SEGMENT_PAYLOAD -> SEGMENT_HEADER + ENTRY_HEADER + 2;
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void aMemberIsRepairedFromTheOthers(Damage damage) throws Exception {
    play(
        log -> {
          Group group = log.group;
          String hurt = group.followers().getFirst();
          Found before = log.holdsAll(hurt);
          Waiting.until("a whole snapshot", LIMIT, () -> sealed(group.directory(hurt)));
          group.quit(hurt);
          Path directory = group.directory(hurt);
          Path aside = directory.resolve("damaged");
          Janitor.delete(aside);
          Path file = damage.file(directory);
          FlippedBit.flip(file, damage.at(), 5);
          MemberProcess again = group.start(hurt, null).awaitReady();
          if (damage == Damage.FIRST_SEGMENT_PAYLOAD) {
            // Nobody needs old bytes: it is found when the member looks through all it has.
            Waiting.until("a new start", LIMIT, () -> again.damages().contains("started again"));
            assertThat(again.damages().getFirst()).contains("corrupt log: " + file + ", byte ");
          }
          Found after = log.holdsAll(hurt);
          assertThat(after.end()).isEqualTo(before.end());
          assertThat(aside).isDirectory();
          group.awaitRebuilt(hurt);
          // It counts again: with it, and without one of the others, the log goes on.
          String other =
              group.ids().stream().filter(id -> !id.equals(hurt)).findFirst().orElseThrow();
          group.kill(other);
          group.own("after it", LIMIT).close();
        });
  }

  /** Index of the last entry in a snapshot. */
  private static long lastEntry(Path snapshot) {
    return Long.parseLong(snapshot.toString().replaceFirst(".*_", ""));
  }

  /** Its snapshots are made, and have their checksum. */
  private static boolean sealed(Path directory) {
    Path folder = directory.resolve("snapshot");
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> snapshots = all.toList();
      return !snapshots.isEmpty()
          && snapshots.stream().allMatch(snapshot -> Files.exists(snapshot.resolve("seal")));
    } catch (IOException e) {
      return false; // one went away meanwhile
    }
  }

  private enum SmallFile {
    VOTE("raft/meta"),
    IDENTITY("identity");

    final String path;

    SmallFile(String path) {
      this.path = path;
    }
  }

  @ParameterizedTest
  @EnumSource(SmallFile.class)
  void aMemberThatCannotKnowHowItVotedOrWhoItIsIsRefused(SmallFile small) throws Exception {
    play(
        log -> {
          Group group = log.group;
          String hurt = group.followers().getFirst();
          group.quit(hurt);
          Path file = group.directory(hurt).resolve(small.path);
          for (long at = 0; at < Files.size(file); at++) {
            try (FlippedBit _ = FlippedBit.flip(file, at, (int) (at % Byte.SIZE))) {
              assertRefused(group.arguments(hurt), file, at);
            }
          }
          try (FlippedBit _ = FlippedBit.flip(file, Files.size(file) / 2, 1)) {
            String said = group.start(hurt, null).awaitRefusal();
            assertThat(said).as("what the process says").contains(file + ", byte ");
            group.kill(hurt);
          }
          group.start(hurt, null).awaitReady();
          log.holdsAll(hurt);
        });
  }

  /** In this process: one of its own for each byte takes minutes. */
  private static void assertRefused(MemberArguments member, Path file, long at) {
    assertThatThrownBy(() -> Member.start(member.config(Disk.real()), member.tls()).close())
        .as("byte %d", at)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + ", byte ");
  }
}
