package io.holdfast.lab.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.holdfast.lab.history.Finding;
import io.holdfast.lab.history.History;
import io.holdfast.lab.history.HistoryChecker;
import io.holdfast.lab.history.HistoryFile;
import io.holdfast.lab.history.HistoryRecorder;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.logstore.record.RecordKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a log has to do wherever it is. Topology: a placement of {@link LogCluster}, unsynced, with
 * one owner from test to test; each test begins where the log ends.
 *
 * <p>Written for {@link LogOwner}, so that nothing here knows where the log is; where the
 * placements differ by their nature, {@link LogCluster.Placement} says so.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class PlacementSuite {
  static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int MEBIBYTE = 1 << 20;

  final LogCluster.Placement placement;
  LogCluster cluster;
  LogOwner owner;

  PlacementSuite(LogCluster.Placement placement) {
    this.placement = placement;
  }

  @BeforeAll
  void begin() {
    cluster = new LogCluster(placement, false);
    cluster.start();
    owner = cluster.owner("first");
    owner.open();
  }

  @AfterAll
  void end() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static long endOf(LogOwner owner) {
    return owner.tell("status").path("appended").asLong();
  }

  /** How many members have exactly these records in their files, right now. */
  private static long holders(LogCluster of, List<LogRecord> records) {
    long from = records.getFirst().position();
    long end = records.getLast().end();
    return of.logFolders().stream()
        .filter(folder -> MemberFiles.records(folder, from, end).equals(records))
        .count();
  }

  private void assertMajorityHas(List<LogRecord> records) {
    assertThat(holders(cluster, records))
        .as("members whose files have what was committed")
        .isGreaterThanOrEqualTo(placement.majority());
  }

  @Test
  @Order(1)
  void whatIsCommittedIsInTheFilesOfAMajorityAtThatMoment() {
    Random random = new Random(1);
    look();
    for (int i = 0; i < 25; i++) {
      List<LogRecord> records = owner.append(random.ints(1 + i % 4, 1, 30_000).toArray());
      long committed = owner.commit();

      assertThat(committed).isEqualTo(records.getLast().end());
      assertMajorityHas(records);
    }
    List<JsonNode> looks = looked();
    assertThat(looks).hasSizeGreaterThanOrEqualTo(25);
    assertMajorityHadIt(looks);
  }

  /** From now on the owner looks into all members' files whenever it is told of a commit. */
  void look() {
    owner.tell(
        "look",
        line -> {
          ArrayNode folders = line.putArray("folders");
          cluster.logFolders().forEach(folder -> folders.add(folder.toString()));
        });
  }

  /** What it saw, in order; it does not look any more. */
  List<JsonNode> looked() {
    return StreamSupport.stream(owner.tell("looked").path("looks").spliterator(), false).toList();
  }

  void assertMajorityHadIt(List<JsonNode> looks) {
    assertThat(looks)
        .allSatisfy(
            look ->
                assertThat(look.path("holders").asInt())
                    .as("members whose files had it when it was told: %s", look)
                    .isGreaterThanOrEqualTo(placement.majority()));
  }

  @Test
  @Order(2)
  void keepsTheOrderAndEveryByte() {
    long start = endOf(owner);
    Random random = new Random(2);
    List<LogRecord> written = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      written.addAll(owner.append(random.ints(20, 1, 3_000).toArray()));
    }
    owner.commit();

    assertThat(owner.read(start)).isEqualTo(written);
    assertMajorityHas(written);
  }

  @Test
  @Order(3)
  void takesRecordsOfOneByteToOneMebibyte() {
    long start = endOf(owner);
    List<LogRecord> written =
        owner.append(
            1,
            2,
            35,
            36,
            37,
            63,
            64,
            1_000,
            4_096,
            65_535,
            65_536,
            MEBIBYTE - 37,
            MEBIBYTE - 36,
            MEBIBYTE,
            1);
    owner.commit();

    assertThat(written).extracting(LogRecord::payloadLength).contains(1, MEBIBYTE);
    assertThat(owner.read(start)).isEqualTo(written);
    assertMajorityHas(written);
  }

  @Test
  @Order(4)
  void knowsItsStreamsAndReadsEachByItself() {
    long base = 1_000;
    List<LogRecord> written =
        owner.appendAll(
            records -> {
              for (int i = 0; i < 3; i++) {
                records
                    .addObject()
                    .put("kind", RecordKind.OPENED.name())
                    .put("stream", base + i)
                    .put("size", 40)
                    .put("endpoint", "end point " + i);
              }
              for (int i = 0; i < 30; i++) {
                records
                    .addObject()
                    .put("kind", RecordKind.RECEIVED.name())
                    .put("stream", base + i % 3)
                    .put("offset", i / 3 * 100L)
                    .put("size", 100);
              }
              records
                  .addObject()
                  .put("kind", RecordKind.CLOSED.name())
                  .put("stream", base + 2)
                  .put("size", 8);
            });
    owner.commit();
    Waiting.until(
        "two open streams", LIMIT, () -> streams("stream", base).path("active").asInt() == 2);

    JsonNode page = owner.tell("streams", line -> line.put("after", base - 1).put("limit", 10));
    assertThat(keys(page)).containsExactly(base, base + 1);
    assertThat(keys(owner.tell("streams", line -> line.put("after", base).put("limit", 1))))
        .containsExactly(base + 1);
    assertThat(streams("stream", base).path("streams").path(0).path("length").asLong())
        .isEqualTo(1_000);
    assertThat(keys(owner.tell("streams", line -> line.put("endpoint", "end point 1"))))
        .containsExactly(base + 1);
    assertThat(keys(owner.tell("streams", line -> line.put("endpoint", "end point 2")))).isEmpty();

    assertThat(ofStream(base, 0)).isEqualTo(hashes(written, base, 0));
    assertThat(ofStream(base + 1, 450)).isEqualTo(hashes(written, base + 1, 450)).isNotEmpty();
    assertThatThrownBy(() -> ofStream(base + 2, 0)).hasMessageContaining("no open stream");
  }

  private JsonNode streams(String what, long key) {
    return owner.tell("streams", line -> line.put(what, key));
  }

  private static List<Long> keys(JsonNode answer) {
    return StreamSupport.stream(answer.path("streams").spliterator(), false)
        .map(stream -> stream.path("key").asLong())
        .toList();
  }

  private List<String> ofStream(long stream, long offset) {
    return LogOwner.records(
            owner.tell("read-stream", line -> line.put("stream", stream).put("offset", offset)))
        .stream()
        .map(LogRecord::hash)
        .toList();
  }

  private static List<String> hashes(List<LogRecord> written, long stream, long offset) {
    return written.stream()
        .filter(record -> record.stream() == stream)
        .filter(
            record ->
                record.kind() != RecordKind.RECEIVED.code()
                    || record.offset() + record.payloadLength() > offset)
        .map(LogRecord::hash)
        .toList();
  }

  @Test
  @Order(5)
  void tellsHowItIs() {
    JsonNode before = owner.tell("statistics");
    List<LogRecord> written = owner.append(1_400, 1_400, 1_400);
    owner.commit();

    JsonNode status = owner.tell("status");
    assertThat(status.path("status").asText()).isEqualTo("OK");
    assertThat(status.path("committed")).isEqualTo(status.path("appended"));
    JsonNode figures = owner.tell("statistics");
    assertThat(figures.path("records").asLong() - before.path("records").asLong())
        .isEqualTo(written.size());
    assertThat(figures.path("bytes").asLong() - before.path("bytes").asLong())
        .isEqualTo(written.stream().mapToLong(LogRecord::length).sum());
    assertThat(figures.path("p50").asLong()).isPositive();
    assertThat(figures.path("p99").asLong()).isGreaterThanOrEqualTo(figures.path("p50").asLong());
    assertThat(figures.path("members")).hasSize(placement.members());
    assertThat(figures.path("members").findValuesAsText("role"))
        .filteredOn("leader"::equals)
        .hasSize(1);
  }

  @Test
  @Order(6)
  void hasOneOwnerAtATime() {
    LogOwner second = cluster.owner("second");
    long epoch = owner.tell("status").path("epoch").asLong();
    if (placement.embedded()) {
      assertThatThrownBy(second::open).hasMessageContaining("in use");
      owner.tell("close");
      second.open();
    } else {
      second.open();
      owner.append(500);
      Waiting.until("the first owner to be told", LIMIT, () -> status(owner).equals("EXPIRED"));
      assertThatThrownBy(owner::commit).hasMessageContaining("not committed");
    }

    assertThat(second.tell("status").path("epoch").asLong()).isGreaterThan(epoch);
    List<LogRecord> written = second.append(700);
    assertThat(second.commit()).isEqualTo(written.getLast().end());
    assertMajorityHas(written);
    owner.close();
    owner = second;
  }

  static String status(LogOwner owner) {
    return owner.tell("status").path("status").asText();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Order(7)
  void everythingMayBeKilledAtOnceAndAllThatWasCommittedIsThere(boolean sync) {
    if (!sync) {
      killAndStartAgain(cluster, owner, "third");
      return;
    }
    try (LogCluster synced = new LogCluster(placement, true)) {
      synced.start();
      LogOwner first = synced.owner("synced");
      first.open();
      killAndStartAgain(synced, first, "again");
    }
  }

  private void killAndStartAgain(LogCluster in, LogOwner victim, String successor) {
    long start = endOf(victim);
    List<LogRecord> written = new ArrayList<>(victim.append(5, 50, 500, 5_000, 50_000));
    long committed = victim.commit();
    victim.append(300, 300); // may be there afterwards, or not
    victim.kill();
    in.killServers();
    assertThat(holders(in, written)).isGreaterThanOrEqualTo(placement.majority());

    in.start();
    LogOwner next = in.owner(successor);
    next.open();
    List<LogRecord> found = next.read(start);
    assertThat(found).startsWith(written.toArray(LogRecord[]::new));
    assertThat(next.tell("status").path("committed").asLong()).isGreaterThanOrEqualTo(committed);
    List<LogRecord> more = next.append(900);
    next.commit();
    assertThat(next.read(more.getFirst().position())).isEqualTo(more);
    assertThat(holders(in, more)).isGreaterThanOrEqualTo(placement.majority());
    if (in == cluster) {
      owner = next;
    }
  }

  @Test
  @Order(8)
  void theHistoryOfAllItsOwnersHolds() throws Exception {
    owner.append(64);
    long end = owner.commit();
    owner.read(0);
    Path folder =
        cluster.logFolders().stream()
            .filter(candidate -> reaches(candidate, end))
            .findFirst()
            .orElseThrow();
    MemberFiles.Log log = MemberFiles.log(folder, end);
    Path file = cluster.folder().resolve("histories/log.jsonl");
    try (HistoryRecorder recorder = HistoryRecorder.to(file)) {
      recorder.log(log.first());
      log.batches().forEach(recorder::batch);
    }
    List<Path> files = new ArrayList<>(cluster.histories());
    files.add(file);
    History history = HistoryFile.read(files);

    assertThat(history.appends()).hasSizeGreaterThan(100);
    assertThat(history.reads()).hasSizeGreaterThan(100);
    assertThat(log.batches()).hasSizeGreaterThan(100);
    List<Finding> findings = HistoryChecker.check(history);
    assertThat(findings).isEmpty();
  }

  private static boolean reaches(Path folder, long end) {
    List<io.holdfast.lab.history.Batch> batches = MemberFiles.log(folder, end).batches();
    return !batches.isEmpty() && batches.getLast().position() + batches.getLast().length() == end;
  }

  @Test
  @Order(9)
  void dropsWhatItMayAndNothingElse() {
    List<LogRecord> written = new ArrayList<>(owner.append(MEBIBYTE, MEBIBYTE, MEBIBYTE));
    Waiting.until(
        "the beginning of the log to be dropped",
        LIMIT,
        () -> {
          // Whole segments go, and only once a later checkpoint than theirs is there.
          written.addAll(owner.append(MEBIBYTE / 2));
          owner.commit();
          owner.tell("trim", line -> line.put("position", kept(written).getFirst().position()));
          return owner.tell("status").path("first").asLong() > written.getFirst().position();
        });
    owner.commit();

    List<LogRecord> kept = kept(written);
    long keep = kept.getFirst().position();
    long first = owner.tell("status").path("first").asLong();
    assertThat(first).isLessThanOrEqualTo(keep);
    assertThat(owner.read(keep)).isEqualTo(kept);
    assertThatThrownBy(() -> owner.read(0)).hasMessageContaining("trimmed");
    assertThat(holders(cluster, kept)).isGreaterThanOrEqualTo(placement.majority());
  }

  private static List<LogRecord> kept(List<LogRecord> written) {
    return written.subList(written.size() - 3, written.size());
  }

  @Test
  @Order(10)
  void endsInOrder() {
    List<LogRecord> written = owner.append(10, 100, 1_000);
    owner.tell("close");
    owner.close();
    cluster.servers().forEach(member -> member.signal(Signal.TERM));

    assertThat(holders(cluster, written)).isGreaterThanOrEqualTo(placement.majority());
    assertThat(cluster.servers()).allMatch(member -> member.process().exitCode() == 0);
  }
}
