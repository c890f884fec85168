package io.holdfast.lab.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The suite where there are followers, and what only they can show. */
abstract class PlacementOfThreeSuite extends PlacementSuite {
  PlacementOfThreeSuite(LogCluster.Placement placement) {
    super(placement);
  }

  /**
   * All followers stand still, so that nothing can bring a record to one of them behind a commit
   * that was told too early: that is told before they go on.
   */
  @Test
  @Order(1)
  void commitsNothingWhileAllFollowersAreStopped() {
    boolean written = false;
    for (int round = 0; round < 20 && !written; round++) {
      written = appendsWhileAllFollowersAreStopped();
    }
    assertThat(written).as("the leader wrote alone, before it noticed that it is").isTrue();
  }

  /** Whether the leader had the record in its files while the others were stopped. */
  private boolean appendsWhileAllFollowersAreStopped() {
    List<LogMember> followers = new ArrayList<>(cluster.servers());
    Path leading = cluster.logFolders().getFirst(); // the owner's own, if it has one
    if (!placement.embedded()) {
      LogMember leader = cluster.awaitLeader();
      followers.remove(leader);
      leading = leader.logFolder();
    }
    Path files = leading;
    owner.commit();
    look();
    followers.forEach(member -> member.signal(Signal.STOP));
    long end;
    boolean written;
    long released;
    try {
      end = owner.append(100, 5_000).getLast().end();
      Waiting.until(
          "the leader to write, or to notice that it is alone",
          LIMIT,
          () -> MemberFiles.reach(files, end) || !status(owner).equals("OK"));
      written = MemberFiles.reach(files, end);
      assertThat(owner.tell("status").path("committed").asLong()).isLessThan(end);
    } finally {
      released = System.nanoTime();
      followers.forEach(member -> member.signal(Signal.CONT));
    }
    assertThat(owner.commit()).isEqualTo(end);
    List<JsonNode> looks = looked();
    assertThat(looks)
        .filteredOn(look -> look.path("position").asLong() >= end)
        .isNotEmpty()
        .allSatisfy(look -> assertThat(look.path("nanos").asLong()).isGreaterThan(released));
    assertMajorityHadIt(looks);
    return written;
  }
}
