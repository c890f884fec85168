package io.holdfast.lab.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members whose disk takes its time for each write and sync. */
final class SlowDiskTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int COMMITS = 30;

  private final Ledger ledger = new Ledger();
  private Workspace workspace;

  @BeforeEach
  void begin() {
    workspace = Workspace.create(Owner.thisProcess(), "slow");
  }

  @AfterEach
  void end() {
    workspace.close();
  }

  private void awaitCommits(int more) {
    long goal = ledger.commitCount() + more;
    Waiting.until(more + " commits", LIMIT, () -> ledger.commitCount() >= goal);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMemberAloneGoesOnAsFastAsItsDiskInOrderAndCallsItNoFailure(boolean sync) {
    try (MemberProcess member =
        MemberProcess.start(
                "a",
                JavaCommand.shortLived(),
                MemberArguments.alone(
                    workspace.folder().resolve("a"), sync, Lane.SEGMENT_BYTES, Lane.SNAPSHOT_BYTES),
                workspace.folder().resolve("a.log"),
                ledger)
            .awaitReady()) {
      member.ask("own 60");
      member.ask("slow 40");
      member.ask("work 4 " + Lane.KEEP_BYTES + " 0");
      awaitCommits(COMMITS);
      assertThat(member.state().status()).isEqualTo("OK");
      member.ask("slow 0");
      member.ask("end");
      assertThat(ledger.check(member.read(), true)).isEmpty();
      assertThat(ledger.vanished()).isZero();
      member.ask("quit");
    }
  }

  @Test
  void aSlowFollowerDoesNotSlowTheOthersAndASlowLeaderKeepsTheOrder() {
    try (Group group =
            new Group(workspace.folder(), JavaCommand.shortLived(), true, ledger, each -> each)
                .ofThree();
        Workload workload = begun(group)) {
      awaitCommits(COMMITS);
      MemberProcess follower = group.process(group.followers().getFirst());
      follower.ask("slow 200");
      awaitCommits(COMMITS);
      assertThat(follower.state().status()).isEqualTo("OK");
      follower.ask("slow 0");
      MemberProcess leader = group.process(group.leader());
      leader.ask("slow 40");
      awaitCommits(COMMITS);
      leader.ask("slow 0");
      workload.end();
      assertThat(workload.awaitSettled(LIMIT)).isTrue();
      workload.log().close();
      for (String id : group.ids()) {
        assertThat(ledger.check(group.read(id, ledger.largestCommit()), true)).as(id).isEmpty();
      }
      group.ids().forEach(group::quit);
    }
  }

  private Workload begun(Group group) {
    group.startAll();
    return new Workload(group.own("test", LIMIT), ledger, 5, Lane.KEEP_BYTES, Duration.ZERO);
  }
}
