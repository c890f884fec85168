package io.holdfast.lab.log.crash;

import static io.holdfast.lab.log.crash.FlippedBit.ENTRY_HEADER;
import static io.holdfast.lab.log.crash.FlippedBit.SEGMENT_HEADER;
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
import org.junit.jupiter.api.Test;

/** One bit of one file of a member alone is not as it was written. */
final class FlippedBitTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final long SEED = 77;
  private static final int SAMPLES_OF_A_FILE = 4;

  private Workspace workspace;

  @BeforeEach
  void begin() {
    workspace = Workspace.create(Owner.thisProcess(), "flip");
  }

  @AfterEach
  void end() {
    workspace.close();
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
    for (Path file : FlippedBit.files(original)) {
      String name = original.relativize(file).toString();
      if (name.equals("lock")) {
        continue;
      }
      for (int sample = 0; sample < SAMPLES_OF_A_FILE; sample++) {
        long at = place(random, sample, Files.size(file));
        Path copy = workspace.folder().resolve("copy");
        copy(original, copy);
        FlippedBit.flip(copy.resolve(name), at, random.nextInt(8));
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
}
