package io.holdfast.lab.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Workspace;
import org.junit.jupiter.api.Test;

/** A gigabyte through a log of three; {@code lab/soak log} is the long form. */
final class SoakTest {
  private static final long BYTES = 1_000_000_000;

  @Test
  void aGigabytePassesAndIsReadBackInBoundedMemoryAndDisk() {
    try (Workspace workspace = Workspace.create(Owner.thisProcess(), "soak");
        Soak soak = new Soak(workspace.folder(), text -> {})) {
      Soak.Result result = soak.run(BYTES);
      assertThat(result.read()).isEqualTo(result.bytes());
      assertThat(result.costs())
          .hasSize(3)
          .allSatisfy(
              cost -> {
                assertThat(cost.largestResident()).isBetween(1L, SoakCommand.RESIDENT);
                assertThat(cost.largestDisk()).isBetween(1L, SoakCommand.DISK);
              });
    }
  }
}
