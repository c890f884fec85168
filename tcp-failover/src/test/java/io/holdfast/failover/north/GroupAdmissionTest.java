package io.holdfast.failover.north;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupAdmissionTest {
  @TempDir Path etc;
  private GroupAdmission admission;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(
        etc.resolve("passwd"),
        """
        root:x:0:0:root:/root:/bin/sh
        ann:x:1001:1001::/home/ann:/bin/sh
        bob:x:1002:1002::/home/bob:/bin/sh
        """);
    Files.writeString(
        etc.resolve("group"),
        """
        root:x:0:
        staff:x:50:bob
        holdfast:x:990:ann,carol
        """);
    admission = new GroupAdmission(500, "holdfast", etc.resolve("group"), etc.resolve("passwd"));
  }

  @Test
  void admitsRootItsOwnUserAndMembersOfTheGroup() {
    assertThat(admission.admits(0, 0)).isTrue();
    assertThat(admission.admits(500, 500)).isTrue();
    assertThat(admission.admits(1001, 1001)).isTrue();
    assertThat(admission.admits(1002, 990)).isTrue();
  }

  @Test
  void admitsNobodyElse() {
    assertThat(admission.admits(1002, 1002)).isFalse();
    assertThat(admission.admits(1002, 50)).isFalse();
    assertThat(admission.admits(65534, 65534)).isFalse();
    assertThat(admission.admits(-1, -1)).isFalse();
  }

  @Test
  void admitsNoMoreThanRootAndItsOwnUserWhereTheGroupDoesNotExist() throws IOException {
    Files.writeString(etc.resolve("group"), "root:x:0:\nbroken line\n");
    assertThat(admission.admits(1001, 990)).isFalse();
    Files.delete(etc.resolve("group"));
    assertThat(admission.admits(1001, 990)).isFalse();
    assertThat(admission.admits(0, 0)).isTrue();
  }

  @Test
  void knowsItsOwnUser() {
    assertThat(GroupAdmission.standard().ownUid())
        .isEqualTo((int) new com.sun.security.auth.module.UnixSystem().getUid());
  }
}
