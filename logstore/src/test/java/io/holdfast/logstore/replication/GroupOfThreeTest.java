package io.holdfast.logstore.replication;

import static io.holdfast.logstore.replication.Lines.append;
import static io.holdfast.logstore.replication.Lines.commit;
import static io.holdfast.logstore.replication.Lines.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.RefusalLog;
import io.holdfast.logstore.segment.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three members in one process. */
final class GroupOfThreeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;

  private static OwnedLog own(Trio trio) throws IOException {
    return OwnedLog.open(trio.member(trio.leader()).backend(PATIENCE), "test");
  }

  /** A log whose close leaves its member running is not what a backend does: so it is abandoned. */
  private static List<String> lines(Log log, int from, int to, int length) {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String line = i + " " + "x".repeat(length);
      append(log, 1, line);
      lines.add(line);
      log.flush();
    }
    return lines;
  }

  private static void everywhere(Trio trio, List<String> expected, String... ids) {
    for (String id : ids) {
      await("at " + id)
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(readAt(trio.member(id))).isEqualTo(expected));
    }
  }

  private static List<String> readAt(Member member) throws IOException {
    List<String> lines = new ArrayList<>();
    try (var reader = member.reader(member.first())) {
      Lines.readInto(reader, lines);
    }
    return lines;
  }

  @Test
  void everyMemberGetsWhatWasCommitted() throws Exception {
    try (Trio trio = new Trio(folder, false, "a", "b", "c").startAll()) {
      OwnedLog log = own(trio);
      List<String> lines = lines(log, 0, 2_000, 100);
      commit(log);
      assertThat(read(log, 0)).isEqualTo(lines);
      everywhere(trio, lines, "a", "b", "c");
      assertThat(log.statistics().members()).hasSize(3);
    }
  }

  @Test
  void goesOnWithoutItsLeaderAndTheOldOneGetsWhatItMissed() throws Exception {
    try (Trio trio = new Trio(folder, true, "a", "b", "c").startAll()) {
      String first = trio.leader();
      OwnedLog before = own(trio);
      List<String> lines = new ArrayList<>(lines(before, 0, 300, 50));
      commit(before);
      trio.stop(first);
      OwnedLog after = own(trio);
      assertThat(after.epoch()).isGreaterThan(before.epoch());
      lines.addAll(lines(after, 300, 600, 50));
      commit(after);
      trio.start(first);
      everywhere(trio, lines, "a", "b", "c");
    }
  }

  @Test
  void aMemberThatWasAwayForLongGetsACheckpointAndTheTail() throws Exception {
    try (Trio trio =
        new Trio(folder, false, "a", "b", "c")
            .with(
                config ->
                    config
                        .withStore(StoreOptions.defaults().withSegmentBytes(1 << 20))
                        .withLimits(0, 1 << 20))
            .startAll()) {
      OwnedLog log = own(trio);
      String away = trio.followers().getFirst();
      trio.stop(away);
      List<String> lines = lines(log, 0, 1_500, 10_000);
      commit(log);
      log.trim(log.appended() - 5_000_000);
      await().atMost(PATIENCE).until(() -> log.first() > 0);
      List<String> more = lines(log, 1_500, 1_600, 10_000);
      commit(log);
      lines.addAll(more);
      trio.start(away);
      await().atMost(PATIENCE).until(() -> trio.member(away).committed() == log.committed());
      List<String> theirs = readAt(trio.member(away));
      assertThat(theirs.size()).isBetween(500, 1_600);
      assertThat(lines.subList(1_600 - theirs.size(), 1_600)).isEqualTo(theirs);
    }
  }

  @Test
  void aMemberThatLostItsDiskIsRebuiltAndVotesOnlyThen() throws Exception {
    try (Trio trio = new Trio(folder, true, "a", "b", "c").startAll()) {
      OwnedLog log = own(trio);
      List<String> lines = new ArrayList<>(lines(log, 0, 200, 100));
      commit(log);
      String lost = trio.followers().getFirst();
      trio.stop(lost);
      empty(trio.directory(lost));
      Member again = trio.start(lost);
      lines.addAll(lines(log, 200, 400, 100));
      commit(log);
      everywhere(trio, lines, "a", "b", "c");
      await().atMost(PATIENCE).until(() -> again.folder().state() == Identity.State.MEMBER);
      // It counts again: without the leader, the two others, of which it is one, go on.
      trio.stop(trio.leader());
      OwnedLog after = own(trio);
      append(after, 1, "the last");
      commit(after);
    }
  }

  @Test
  void anOlderDiskIsRefused() throws Exception {
    try (Trio trio = new Trio(folder, true, "a", "b", "c").startAll()) {
      OwnedLog log = own(trio);
      lines(log, 0, 100, 100);
      commit(log);
      String old = trio.followers().getFirst();
      trio.stop(old);
      Path copy = folder.resolve("copy");
      copy(trio.directory(old), copy);
      trio.start(old);
      List<String> lines = lines(log, 100, 200, 100);
      commit(log);
      await().atMost(PATIENCE).until(() -> trio.member(old).committed() == log.committed());
      trio.stop(old);
      empty(trio.directory(old));
      copy(copy, trio.directory(old));
      try (RefusalLog refusals = new RefusalLog()) {
        Member back = trio.start(old);
        append(log, 1, "more");
        commit(log);
        String refusal = "the disk of member " + old + " is older than what it was seen with";
        await().atMost(PATIENCE).until(() -> !refusals.with(refusal).isEmpty());
        assertThat(back.committed()).isLessThan(log.committed());
        for (int again = 0; again < 3; again++) { // starts do not make it younger
          int before = refusals.with(refusal).size();
          trio.stop(old);
          Member once = trio.start(old);
          await().atMost(PATIENCE).until(() -> refusals.with(refusal).size() > before);
          assertThat(once.committed()).isLessThan(log.committed());
        }
      }
      assertThat(lines).hasSize(100);
    }
  }

  @Test
  void aMemberWhoseFilesAreGoneIsNotBelievedNorAreTwoThatHaveOnlyOneAnotherToAsk()
      throws Exception {
    try (Trio trio = new Trio(folder, true, "a", "b", "c").startAll()) {
      OwnedLog log = own(trio);
      lines(log, 0, 50, 100);
      commit(log);
      List<String> gone = trio.followers();
      for (String id : List.of("a", "b", "c")) {
        trio.stop(id);
      }
      for (String id : gone) {
        empty(trio.directory(id).resolve("segments"));
        Path snapshots = trio.directory(id).resolve("snapshot");
        if (Files.exists(snapshots)) {
          empty(snapshots);
        }
      }
      Member first = trio.start(gone.getFirst());
      assertThat(first.rebuilding()).as("a member was not heard yet").isTrue();
      Member second = trio.start(gone.getLast());
      String whole =
          Stream.of("a", "b", "c").filter(id -> !gone.contains(id)).findFirst().orElseThrow();
      trio.start(whole);
      await().atMost(PATIENCE).until(() -> first.guard().unheard().equals(Set.of(gone.getLast())));
      await()
          .atMost(PATIENCE)
          .until(() -> second.guard().unheard().equals(Set.of(gone.getFirst())));
      assertThat(first.rebuilding() && second.rebuilding()).isTrue();
      assertThat(trio.member(whole).leading()).as("without a majority that knows").isFalse();
      trio.member(whole).membership().forceLeader(List.of(trio.hostPort(whole))).get();
      await().atMost(PATIENCE).until(() -> trio.member(whole).leading());
      assertThat(readAt(trio.member(whole))).hasSize(50);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aGroupOfOneGrowsAndShrinksWhileItsOwnerAppends(boolean sync) throws Exception {
    try (Trio trio = new Trio(folder, sync, "a").startAll()) {
      OwnedLog log = own(trio);
      List<String> lines = new ArrayList<>(lines(log, 0, 200, 1_000));
      log.flush();
      MemberAddress added = trio.newcomer("b");
      trio.start("b");
      trio.member("a").membership().add(added).get(40, TimeUnit.SECONDS);
      lines.addAll(lines(log, 200, 400, 1_000));
      commit(log);
      everywhere(trio, lines, "a", "b");
      trio.member("a").membership().remove(trio.hostPort("b")).get(40, TimeUnit.SECONDS);
      trio.stop("b");
      lines.addAll(lines(log, 400, 600, 1_000));
      commit(log);
      log.close();
      trio.start("a");
      lines.addAll(lines(own(trio), 600, 610, 1_000));
      assertThat(trio.member("a").membership().members()).containsExactly(trio.hostPort("a"));
    }
  }

  @Test
  void aMemberWithoutItsVoteIsRefused() throws Exception {
    try (Trio trio = new Trio(folder, true, "a", "b", "c").startAll()) {
      OwnedLog log = own(trio);
      lines(log, 0, 50, 100);
      commit(log);
      String old = trio.followers().getFirst();
      trio.stop(old);
      Files.delete(trio.directory(old).resolve("raft").resolve("meta"));
      assertThatThrownBy(() -> trio.start(old))
          .hasStackTraceContaining("nobody knows how this member has voted");
    }
  }

  @Test
  void aFlippedBitIsFoundAndTheMemberRepairedFromTheOthers() throws Exception {
    try (Trio trio = new Trio(folder, true, "a", "b", "c").startAll()) {
      OwnedLog log = own(trio);
      List<String> lines = lines(log, 0, 500, 100);
      commit(log);
      String hurt = trio.followers().getFirst();
      await().atMost(PATIENCE).until(() -> trio.member(hurt).committed() == log.committed());
      trio.stop(hurt);
      Trio.flip(trio.directory(hurt), 20_000);
      trio.start(hurt);
      everywhere(trio, lines, "a", "b", "c");
      assertThat(trio.directory(hurt).resolve("damaged")).isDirectory();
    }
  }

  @Test
  void aMemberIsReplacedWhileTheLogRuns() throws Exception {
    try (Trio trio = new Trio(folder, false, "a", "b", "c").startAll()) {
      OwnedLog log = own(trio);
      List<String> lines = new ArrayList<>(lines(log, 0, 300, 100));
      commit(log);
      String leader = trio.leader();
      String gone = trio.followers().getFirst();
      String goneAddress = trio.hostPort(gone);
      trio.stop(gone);
      trio.forget(gone);
      var added = trio.newcomer("d");
      trio.start("d");
      trio.member(leader).membership().replace(goneAddress, added).get(40, TimeUnit.SECONDS);
      lines.addAll(lines(log, 300, 400, 100));
      commit(log);
      everywhere(trio, lines, leader, "d");
      assertThat(trio.member(leader).membership().members())
          .hasSize(3)
          .contains(trio.hostPort("d"))
          .doesNotContain(goneAddress);
    }
  }

  /** Its own configuration says so, and the others do not know. */
  @Test
  void anAddedMemberOfPriority0DoesNotLeadEvenWhenItIsTold() throws Exception {
    try (Trio trio =
        new Trio(folder, false, "a", "b").with(GroupOfThreeTest::withoutLeadForD).startAll()) {
      MemberAddress added = trio.newcomer("d");
      trio.start("d");
      String first = trio.leader();
      Member leader = trio.member(first);
      leader.membership().add(added).get(40, TimeUnit.SECONDS);
      leader.engine().node().transferLeadershipTo(Engine.peer(added));
      await().atMost(PATIENCE).until(() -> !leader.leading());
      assertThat(trio.leader()).isNotEqualTo("d");
      commit(own(trio));
      assertThat(trio.member("d").leading()).isFalse();
      assertThat(trio.member("d").statistics().members()).hasSize(3);
    }
  }

  private static MemberConfig withoutLeadForD(MemberConfig config) {
    MemberAddress self = config.self();
    return self == null || !self.id().equals("d")
        ? config
        : MemberConfig.member(config.directory(), config.store().sync(), self, config.members(), 0)
            .withElectionTimeout(config.electionTimeout());
  }

  @Test
  void oneOfTwoGoesOnByHandOnly() throws Exception {
    try (Trio trio = new Trio(folder, true, "a", "b").startAll()) {
      OwnedLog log = own(trio);
      List<String> lines = new ArrayList<>(lines(log, 0, 100, 100));
      commit(log);
      String left = trio.leader();
      trio.stop(trio.followers().getFirst());
      await().atMost(PATIENCE).until(() -> !trio.member(left).leading());
      trio.member(left).membership().forceLeader(List.of(trio.hostPort(left))).get();
      OwnedLog forced = own(trio);
      assertThat(forced.epoch()).isGreaterThan(log.epoch());
      lines.addAll(lines(forced, 100, 200, 100));
      commit(forced);
      assertThat(read(forced, 0)).isEqualTo(lines);
    }
  }

  @Test
  void oneThatNeverHadALeaderSaysSo() throws Exception {
    try (Trio trio = new Trio(folder, false, "a", "b", "c").startAll()) {
      commit(own(trio));
      for (String id : List.of("a", "b", "c")) {
        trio.stop(id);
      }
      trio.start("b");
      await().atMost(PATIENCE).until(() -> trio.member("b").status() == Log.Status.OTHER_ERROR);
      assertThat(trio.member("b").reason()).isEqualTo("the log has no leader");
      trio.start("c");
      await().atMost(PATIENCE).until(() -> trio.member("b").status() == Log.Status.OK);
    }
  }

  private static void empty(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path each : files.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }
}
