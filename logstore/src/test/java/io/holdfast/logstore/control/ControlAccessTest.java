package io.holdfast.logstore.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlAccessTest {

  @TempDir Path folder;

  @Test
  void allowsRootTheOwnUserAndTheGroup() throws Exception {
    ControlAccess access = access("holdfast:x:50:ann,bob\nholdfastx:x:51:eve\n");
    assertThat(access.allows(0, 0)).as("root").isTrue();
    assertThat(access.allows(700, 9)).as("the daemon's own user").isTrue();
    assertThat(access.allows(1001, 9)).as("a member").isTrue();
    assertThat(access.allows(1003, 50)).as("its primary group").isTrue();
    assertThat(access.allows(1003, 51)).as("another group").isFalse();
    assertThat(access.allows(1002, 9)).as("eve").isFalse();
    assertThat(access.allows(4_000, 9)).as("a user that nobody knows").isFalse();
  }

  @Test
  void allowsNobodyElseWithoutTheGroupOrTheFile() throws Exception {
    assertThat(access("root:x:0:\n").allows(1001, 9)).isFalse();
    assertThat(access("holdfast\nholdfast:x\n").allows(1001, 9)).isFalse();
    assertThat(new ControlAccess(700, folder.resolve("none"), folder.resolve("none")).allows(1, 1))
        .isFalse();
  }

  private ControlAccess access(String groups) throws Exception {
    return new ControlAccess(
        700,
        Files.writeString(folder.resolve("group"), groups),
        Files.writeString(
            folder.resolve("passwd"), "ann:x:1001:100::/:/bin/sh\neve:x:1002:100::/:/bin/sh\n"));
  }
}
