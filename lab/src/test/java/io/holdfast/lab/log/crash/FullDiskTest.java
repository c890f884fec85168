package io.holdfast.lab.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members whose volume fills up while their owner appends, and has room again later. */
final class FullDiskTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int VOLUME_MEGABYTES = 96;
  private static final long LOW_SPACE = 40 << 20;

  /** Below LOW_SPACE, and more than the log needs while it is trimmed. */
  private static final long TIGHT = 32 << 20;

  /** Too little for a checkpoint. */
  private static final long ALMOST = 512 << 10;

  private static final int MORE = 40;

  private final Ledger ledger = new Ledger();
  private final List<TinyVolume> volumes = new ArrayList<>();
  private Workspace workspace;

  @BeforeEach
  void begin() {
    workspace = Workspace.create(Owner.thisProcess(), "full");
  }

  @AfterEach
  void end() {
    volumes.forEach(TinyVolume::close);
    workspace.close();
  }

  private TinyVolume volume(String member) throws IOException {
    TinyVolume volume = TinyVolume.mount(workspace.folder().resolve(member), VOLUME_MEGABYTES);
    volumes.add(volume);
    return volume;
  }

  private static void await(String what, BooleanSupplier condition) {
    Waiting.until(what, LIMIT, condition);
  }

  private void awaitCommits(int more) {
    long goal = ledger.commitCount() + more;
    await(more + " commits", () -> ledger.commitCount() >= goal);
  }

  /** The log needs some, and gives some back when it is trimmed: again and again. */
  private void fillUntil(TinyVolume volume, String what, BooleanSupplier condition)
      throws IOException {
    volume.leave(ALMOST);
    await(
        "a checkpoint that was begun before",
        () -> Files.notExists(volume.folder().resolve("snapshot/temp")));
    await(
        what,
        () -> {
          try {
            volume.leave(0);
          } catch (IOException e) {
            return false; // the log was faster
          }
          return condition.getAsBoolean();
        });
  }

  private static boolean is(MemberProcess member, String status) {
    return member.state().status().equals(status);
  }

  private MemberProcess alone(boolean sync) {
    return MemberProcess.start(
            "a",
            JavaCommand.shortLived(),
            MemberArguments.alone(
                    workspace.folder().resolve("a"), sync, Lane.SEGMENT_BYTES, Lane.SNAPSHOT_BYTES)
                .withLowSpace(LOW_SPACE),
            workspace.folder().resolve("a.log"),
            ledger)
        .awaitReady();
  }

  /** Nobody makes room: what it trims must be enough. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMemberThatFilledItsVolumeItselfGoesOnWhenItsOwnerTrims(boolean sync) throws Exception {
    volume("a");
    try (MemberProcess member = alone(sync)) {
      member.ask("own 60");
      member.ask("work 6 " + Long.MAX_VALUE + " 0");
      await("FAILED", () -> is(member, "FAILED"));
      assertThat(ledger.statuses()).containsSubsequence("LOW_SPACE", "FAILED");
      assertThat(member.state().reason()).contains("No space left on device");
      member.ask("keep " + Lane.KEEP_BYTES);
      await("to be well", () -> is(member, "OK"));
      awaitCommits(MORE);
      member.ask("end");
      Found found = member.read();
      assertThat(ledger.check(found, true)).isEmpty();
      assertThat(ledger.vanished()).isZero();
      member.ask("quit");
    }
  }

  @Test
  void aMemberAloneSaysSoBeforeItHurtsStallsAndResumesWhenThereIsRoom() throws Exception {
    TinyVolume volume = volume("a");
    try (MemberProcess member = alone(false)) {
      member.ask("own 60");
      member.ask("work 1 " + Lane.KEEP_BYTES + " 0");
      awaitCommits(MORE);
      volume.leave(TIGHT);
      await("LOW_SPACE", () -> is(member, "LOW_SPACE"));
      awaitCommits(MORE); // it says so before it hurts
      fillUntil(volume, "FAILED", () -> is(member, "FAILED"));
      assertThat(member.state().reason()).contains("No space left on device");
      volume.release();
      await("to be well", () -> is(member, "OK"));
      awaitCommits(MORE);
      member.ask("end");
      Found found = member.read();
      assertThat(ledger.check(found, true)).isEmpty();
      assertThat(ledger.vanished()).isZero();
      assertThat(ledger.statuses()).containsSubsequence("LOW_SPACE", "FAILED", "OK");
      member.ask("quit");
    }
  }

  private Group group() throws IOException {
    for (String id : List.of("m1", "m2", "m3")) {
      volume(id);
    }
    Group group =
        new Group(
                workspace.folder(),
                JavaCommand.shortLived(),
                false,
                ledger,
                arguments -> arguments.withLowSpace(LOW_SPACE))
            .ofThree();
    group.startAll();
    return group;
  }

  private TinyVolume volumeOf(Group group, String id) {
    return volumes.get(group.ids().indexOf(id));
  }

  @Test
  void aFollowerWithAFullDiskDoesNotStopTheOthersAndCatchesUpWhenThereIsRoom() throws Exception {
    try (Group group = group();
        Workload workload =
            new Workload(group.own("test", LIMIT), ledger, 2, Lane.KEEP_BYTES, Duration.ZERO)) {
      awaitCommits(MORE);
      String follower = group.followers().getFirst();
      MemberProcess full = group.process(follower);
      volumeOf(group, follower).leave(TIGHT);
      await("LOW_SPACE", () -> is(full, "LOW_SPACE"));
      fillUntil(volumeOf(group, follower), "FAILED", () -> is(full, "FAILED"));
      awaitCommits(5 * MORE);
      assertThat(full.state().committed()).isLessThan(ledger.largestCommit());
      volumeOf(group, follower).release();
      await("to be well", () -> is(full, "OK"));
      settleAndCompare(group, workload);
    }
  }

  /** As above, by three on volumes of the same size. */
  @Test
  void aGroupThatFilledItsVolumesItselfGoesOnWhenItsOwnerTrims() throws Exception {
    try (Group group = group();
        Workload workload =
            new Workload(group.own("test", LIMIT), ledger, 7, Long.MAX_VALUE, Duration.ZERO)) {
      await("FAILED", () -> group.ids().stream().anyMatch(id -> is(group.process(id), "FAILED")));
      workload.keep(Lane.KEEP_BYTES);
      await("to be well", () -> group.ids().stream().allMatch(id -> is(group.process(id), "OK")));
      awaitCommits(MORE);
      settleAndCompare(group, workload);
    }
  }

  @Test
  void aLeaderWithAFullDiskLosesNothingAndTheLogGoesOnWhenThereIsRoom() throws Exception {
    try (Group group = group();
        Workload workload =
            new Workload(group.own("test", LIMIT), ledger, 3, Lane.KEEP_BYTES, Duration.ZERO)) {
      awaitCommits(MORE);
      String leader = group.leader();
      MemberProcess full = group.process(leader);
      volumeOf(group, leader).leave(TIGHT);
      await("LOW_SPACE", () -> is(full, "LOW_SPACE"));
      awaitCommits(MORE);
      fillUntil(volumeOf(group, leader), "FAILED", () -> is(full, "FAILED"));
      volumeOf(group, leader).release();
      await("to be well", () -> is(full, "OK"));
      awaitCommits(MORE);
      settleAndCompare(group, workload);
    }
  }

  private void settleAndCompare(Group group, Workload workload) {
    workload.end();
    assertThat(workload.awaitSettled(LIMIT)).isTrue();
    workload.log().close();
    for (String id : group.ids()) {
      Found found = group.read(id, ledger.largestCommit());
      assertThat(ledger.check(found, true)).as(id).isEmpty();
    }
    assertThat(ledger.vanished()).isZero();
    group.ids().forEach(group::quit);
  }
}
