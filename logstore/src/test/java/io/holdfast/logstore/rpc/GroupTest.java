package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class GroupTest {
  @TempDir Path folder;

  @Test
  void threeMembersElectReplicateAndSurviveTheirLeader() throws Exception {
    List<String> texts = new ArrayList<>();
    try (Group group = new Group(folder, 3)) {
      append(group, texts, 200);
      group.awaitApplied(texts);

      Group.Member first = group.leader();
      first.stop();
      append(group, texts, 200);
      assertThat(group.leader()).isNotSameAs(first);
      group.awaitApplied(texts);

      first.start();
      append(group, texts, 200);
      group.awaitApplied(texts);
      for (Group.Member each : group.members()) {
        assertThat(each.applied.stream().distinct()).containsAll(texts);
      }
    }
  }

  @Test
  void membersApplyAPipelineOfLargeEntriesInTheSameOrder() throws Exception {
    List<String> texts = new ArrayList<>();
    try (Group group = new Group(folder, 3)) {
      for (int i = 0; i < 60; i++) {
        texts.add(i + "x".repeat(200_000));
      }
      group.appendAll(texts);
      group.awaitApplied(texts);
      List<String> first = group.members().getFirst().applied;
      assertThat(first.stream().distinct()).containsExactlyInAnyOrderElementsOf(texts);
      for (Group.Member each : group.members()) {
        await().atMost(Group.PATIENCE).until(() -> each.applied.equals(first));
      }
    }
  }

  @Test
  void aGroupOfOneNeedsNobody() throws Exception {
    List<String> texts = new ArrayList<>();
    try (Group group = new Group(folder, 1)) {
      append(group, texts, 100);
      group.awaitApplied(texts);
    }
  }

  private static void append(Group group, List<String> texts, int count) {
    for (int i = 0; i < count; i++) {
      String text = "entry " + texts.size();
      texts.add(text);
      group.append(text);
    }
  }
}
