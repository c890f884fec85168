package io.holdfast.lab.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespaceTest {
  @TempDir private Path folder;

  private LabProcess sleeper(Namespace namespace) {
    return namespace.start("sleeper", folder.resolve("out"), Map.of(), List.of("sleep", "600"));
  }

  @Test
  void closingItEndsWhatRunsInsideAndRemovesIt() {
    Namespace namespace = Namespace.create(Owner.thisProcess(), "x");
    LabProcess sleeper = sleeper(namespace);
    await().until(() -> namespace.pids().contains(sleeper.pid()));

    namespace.close();

    assertThat(namespace.exists()).isFalse();
    assertThat(sleeper.awaitEnd(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void aCableCarriesPacketsUntilItsPlugIsPulled() {
    Owner owner = Owner.thisProcess();
    try (Namespace a = Namespace.create(owner, "a");
        Namespace b = Namespace.create(owner, "b")) {
      Veth cable = Veth.between(a, "eth0", b, "eth0");
      a.address("eth0", "192.0.2.1/24");
      b.address("eth0", "192.0.2.2/24");
      assertThat(a.run("ip", "-brief", "link", "show", "eth0")).contains("UP");
      cable.right().up(false);
      await()
          .untilAsserted(
              () ->
                  assertThat(a.run("ip", "-brief", "link", "show", "eth0")).contains("NO-CARRIER"));
      cable.right().up(true);
      cable.left().shape("100mbit");
      assertThat(a.run("tc", "qdisc", "show", "dev", "eth0")).contains("rate 100Mbit");
    }
  }

  @Test
  void aFailedCommandSaysWhatItRanAndWhatItHeard() {
    assertThatThrownBy(() -> Command.run("ip", "netns", "exec", "hf-no-such", "true"))
        .isInstanceOf(LabFailure.class)
        .hasMessageContaining("ip netns exec hf-no-such")
        .hasMessageContaining("No such file");
  }

  @Test
  void theJanitorRemovesWhatADeadOwnerLeftAndNothingElse() throws Exception {
    Process owner = new ProcessBuilder("sleep", "600").start();
    String name = "hf" + owner.pid() + "n1-x";
    Namespace orphan = Namespace.createStanding(new Owner("hf" + owner.pid() + "n1"), "x");
    LabProcess inside = sleeper(orphan);
    await().until(() -> orphan.pids().contains(inside.pid()));
    try (Namespace ours = Namespace.create(Owner.thisProcess(), "x")) {
      assertThat(Janitor.sweep()).doesNotContain(name, ours.name());

      owner.destroyForcibly().waitFor();

      assertThat(Janitor.sweep()).contains(name).doesNotContain(ours.name());
      assertThat(orphan.exists()).isFalse();
      assertThat(ours.exists()).isTrue();
    }
    assertThat(inside.awaitEnd(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void aWorkspaceIsGoneAfterItsRunUnlessItWasToldToStay() throws Exception {
    Workspace workspace = Workspace.create(Owner.thisProcess(), "w");
    Files.writeString(workspace.folder("deep/down").resolve("file"), "x");
    workspace.close();
    assertThat(workspace.folder()).doesNotExist();

    Workspace kept = Workspace.create(Owner.thisProcess(), "w");
    kept.stay();
    kept.close();
    assertThat(kept.folder()).exists();
    Janitor.delete(kept.folder());
  }
}
