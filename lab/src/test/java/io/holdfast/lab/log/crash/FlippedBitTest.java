package io.holdfast.lab.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.history.BatchId;
import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.replication.MemberConfig;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.StoreOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One bit of one file of a member is not as it was written. */
@Tag("log-lab")
final class FlippedBitTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final long SEED = 77;
  private static final int SAMPLES_OF_A_FILE = 4;
  private static final int SEGMENT_HEADER = 64;
  private static final int ENTRY_HEADER = 44;

  private Workspace workspace;

  @BeforeEach
  void begin() {
    workspace = Workspace.create(Owner.thisProcess(), "flip");
  }

  @AfterEach
  void end() {
    workspace.close();
  }

  /** Gives back what was there. */
  private static void flip(Path file, long at, int bit) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int was = open.read();
      open.seek(at);
      open.write(was ^ 1 << bit);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Janitor.delete(to);
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }

  private static MemberConfig alone(Path directory) {
    return MemberConfig.alone(directory, false)
        .withStore(StoreOptions.defaults().withSegmentBytes(Lane.SEGMENT_BYTES))
        .withLimits(0, Lane.SNAPSHOT_BYTES);
  }

  private static Found write(Path directory, int records) throws IOException {
    Member member = Member.start(alone(directory), null);
    Random random = new Random(SEED);
    ByteBuffer payload = ByteBuffer.allocate(Content.LONGEST + 256);
    try (OwnedLog log = OwnedLog.open(member.backend(LIMIT), "test")) {
      for (int i = 1; i <= records; i++) {
        BatchId id = new BatchId("owner", log.epoch(), i);
        Content.payload(id, random.nextInt(12_000), payload);
        log.append(RecordKind.NOTED, 1, i, 0, 0, payload, 0, payload.remaining());
        log.flush();
      }
      try (LogReader reader = member.reader(0)) {
        return Found.by(reader);
      }
    }
  }

  /** Where in a file a bit is flipped: what every file begins with, and anywhere. */
  private static long place(Random random, int sample, long size) {
    return switch (sample) {
      case 0 -> random.nextLong(Math.min(size, SEGMENT_HEADER));
      case 1 -> Math.min(size - 1, SEGMENT_HEADER + random.nextLong(ENTRY_HEADER));
      default -> random.nextLong(size);
    };
  }

  @Test
  void aMemberAloneFindsItWhenItOpensOrReadsNamesTheFileAndNeverServesIt() throws Exception {
    Path original = workspace.folder().resolve("a");
    Found written = write(original, 400);
    Random random = new Random(SEED);
    List<String> wrong = new ArrayList<>();
    int found = 0;
    for (Path file : files(original)) {
      String name = original.relativize(file).toString();
      if (name.equals("lock")) {
        continue;
      }
      for (int sample = 0; sample < SAMPLES_OF_A_FILE; sample++) {
        long at = place(random, sample, Files.size(file));
        Path copy = workspace.folder().resolve("copy");
        copy(original, copy);
        flip(copy.resolve(name), at, random.nextInt(8));
        String outcome = outcome(copy, written);
        if (outcome.startsWith("corrupt log: " + copy.resolve(name) + ", byte ")) {
          found++;
        } else if (!outcome.equals("all as it was written") || !mayPass(name, at, original)) {
          wrong.add(name + ", byte " + at + ": " + outcome);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(found).isGreaterThan(40);
  }

  /** Behind the last entry there are zeros that nobody reads; a checkpoint's links neither. */
  private static boolean mayPass(String name, long at, Path original) throws IOException {
    if (name.startsWith("snapshot") && name.endsWith(".seg")) {
      return true;
    }
    byte[] bytes = Files.readAllBytes(original.resolve(name));
    for (long i = at; i < bytes.length; i++) {
      if (bytes[(int) i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static String outcome(Path directory, Found written) {
    try (Member member = Member.start(alone(directory), null)) {
      Waiting.until(
          "its start", LIMIT, () -> member.leading() || member.status() == Log.Status.FAILED);
      Found now;
      try (LogReader reader = member.reader(member.first())) {
        now = Found.by(reader);
      }
      if (member.status() == Log.Status.FAILED) {
        return member.reason();
      }
      return now.equals(written)
          ? "all as it was written"
          : "%d records from %d to %d, other than the %d that were written"
              .formatted(now.batches().size(), now.first(), now.end(), written.batches().size());
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** What is damaged in a member of three. */
  private enum Damage {
    FIRST_SEGMENT_HEADER,
    FIRST_SEGMENT_ENTRY,
    FIRST_SEGMENT_PAYLOAD,
    LAST_SEGMENT_HEADER,
    LAST_SEGMENT_PAYLOAD,
    SNAPSHOT_STATE,
    SNAPSHOT_TABLE;

    Path file(Path directory) throws IOException {
      List<Path> all = files(directory);
      String wanted =
          switch (this) {
            case SNAPSHOT_STATE -> "state";
            case SNAPSHOT_TABLE -> "__raft_snapshot_meta";
            default -> ".seg";
          };
      List<Path> fitting =
          all.stream()
              .filter(file -> file.toString().endsWith(wanted))
              .filter(file -> !wanted.equals(".seg") || file.toString().contains("/segments/"))
              .toList();
      return name().startsWith("LAST") ? fitting.getLast() : fitting.getFirst();
    }

    long at() {
      return switch (this) {
        case FIRST_SEGMENT_HEADER, LAST_SEGMENT_HEADER, SNAPSHOT_STATE, SNAPSHOT_TABLE -> 20;
        case FIRST_SEGMENT_ENTRY -> SEGMENT_HEADER + 9;
        case FIRST_SEGMENT_PAYLOAD, LAST_SEGMENT_PAYLOAD -> SEGMENT_HEADER + ENTRY_HEADER + 2;
      };
    }
  }

  private Ledger fill(Group group) {
    Ledger ledger = new Ledger();
    try (Workload workload = new Workload(group.own("test", LIMIT), ledger, SEED, 2 << 20)) {
      long goal = ledger.largestCommit() + (6 << 20);
      Waiting.until("6 MiB", LIMIT, () -> ledger.largestCommit() >= goal);
      workload.end();
      assertThat(workload.awaitSettled(LIMIT)).isTrue();
      workload.log().close();
    }
    return ledger;
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void aMemberOfThreeIsRepairedFromTheOthers(Damage damage) throws Exception {
    try (Group group =
        new Group(workspace.folder(), JavaCommand.shortLived(), false, new Ledger(), each -> each)
            .ofThree()) {
      group.startAll();
      Ledger ledger = fill(group);
      String hurt = group.followers().getFirst();
      Found before = group.read(hurt, ledger.largestCommit());
      assertThat(ledger.check(before, true)).isEmpty();
      group.quit(hurt);
      Path directory = group.directory(hurt);
      flip(damage.file(directory), damage.at(), 5);
      MemberProcess again = group.start(hurt, null).awaitReady();
      if (damage == Damage.FIRST_SEGMENT_PAYLOAD) {
        // Nobody needs old bytes: it is found when the member looks through all it has.
        Waiting.until("a new start", LIMIT, () -> again.damages().contains("started again"));
        assertThat(again.damages().getFirst()).contains("corrupt log: ").contains(".seg, byte ");
      }
      Found after = group.read(hurt, ledger.largestCommit());
      assertThat(ledger.check(after, true)).isEmpty();
      assertThat(after.end()).isEqualTo(before.end());
      if (damage.name().contains("SEGMENT")) {
        assertThat(directory.resolve("damaged")).isDirectory();
      }
      // It counts again: with it, and without one of the others, the log goes on.
      group.kill(group.ids().stream().filter(id -> !id.equals(hurt)).findFirst().orElseThrow());
      group.own("after it", LIMIT).close();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SmallFile.class,
      names = {"VOTE", "IDENTITY"})
  void aMemberOfThreeThatCannotKnowHowItVotedOrWhoItIsIsRefused(SmallFile small) throws Exception {
    try (Group group =
        new Group(workspace.folder(), JavaCommand.shortLived(), false, new Ledger(), each -> each)
            .ofThree()) {
      group.startAll();
      Ledger ledger = fill(group);
      String hurt = group.followers().getFirst();
      group.quit(hurt);
      Path file = group.directory(hurt).resolve(small.file);
      for (long at = 0; at < Files.size(file); at += small.step) {
        flip(file, at, 1);
        String said = group.start(hurt, null).awaitRefusal();
        assertThat(said).as("byte %d", at).contains(file + ", byte ");
        group.kill(hurt);
        flip(file, at, 1);
      }
      group.start(hurt, null).awaitReady();
      assertThat(ledger.check(group.read(hurt, ledger.largestCommit()), true)).isEmpty();
    }
  }

  private enum SmallFile {
    VOTE("raft/meta", 7),
    IDENTITY("identity", 23);

    final String file;
    final int step;

    SmallFile(String file, int step) {
      this.file = file;
      this.step = step;
    }
  }
}
