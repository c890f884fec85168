package io.holdfast.logstore.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member is taken for by another that remembers it. */
final class IdentityTest {
  @TempDir Path folder;
  private Identity other;

  @BeforeEach
  void start() throws Exception {
    other = Identity.begin(Files.createDirectories(folder.resolve("other")), "b");
  }

  private Path directory() throws IOException {
    return Files.createDirectories(folder.resolve("a"));
  }

  private Identity member() throws IOException {
    Identity a = Identity.begin(directory(), "a");
    a.state(Identity.State.MEMBER);
    return a;
  }

  private String heard(Identity of) throws IOException {
    return other.hear(Objects.requireNonNull(Identity.hello(of.hello(7, 9))));
  }

  @Test
  void isBelievedAtEachStartOfItsOwn() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(heard(member())).isNull();
    }
    for (int i = 0; i < 100; i++) {
      member(); // the other was away
    }
    assertThat(heard(member())).isNull();
  }

  @Test
  void anOlderDiskIsRefusedHoweverOftenItWasStarted() throws Exception {
    assertThat(heard(member())).isNull();
    Path file = directory().resolve("identity");
    Path copy = folder.resolve("copy");
    Files.copy(file, copy);
    assertThat(heard(member())).isNull();
    assertThat(heard(member())).isNull();
    Files.copy(copy, file, StandardCopyOption.REPLACE_EXISTING);
    for (int i = 0; i < 2 * Identity.KEPT_STARTS; i++) {
      Identity older = member();
      if (i < 5 || i > 2 * Identity.KEPT_STARTS - 5) {
        assertThat(heard(older)).contains("the disk of member a is older");
      }
    }
  }

  @Test
  void anEmptyDiskDoesNotMakeTheOthersForget() throws Exception {
    Identity before = member();
    assertThat(heard(before)).isNull();
    for (int i = 0; i < 3; i++) {
      Files.deleteIfExists(directory().resolve("identity"));
      for (int again = 0; again <= i; again++) { // it may fail, and be started again
        assertThat(heard(Identity.begin(directory(), "a"))).isNull();
      }
    }
    Identity.Hello theirs = Objects.requireNonNull(Identity.hello(other.hello(7, 9)));
    assertThat(theirs.peers()).containsEntry("a", before.start());
  }

  @Test
  void aRebuiltMemberIsBelievedAgain() throws Exception {
    Identity before = member();
    assertThat(heard(before)).isNull();
    Files.delete(directory().resolve("identity"));
    Identity empty = Identity.begin(directory(), "a");
    empty.follow(before.start());
    empty.state(Identity.State.REBUILDING);
    assertThat(heard(empty)).isNull();
    empty.state(Identity.State.MEMBER);
    assertThat(heard(empty)).isNull();
    assertThat(heard(member())).isNull();
  }

  @Test
  void remembersABoundedNumberOfMembers() throws Exception {
    for (int i = 0; i < Identity.MOST_PEERS; i++) {
      Identity each = Identity.begin(Files.createDirectories(folder.resolve("m" + i)), "m" + i);
      each.state(Identity.State.MEMBER);
      assertThat(heard(each)).isNull();
    }
    assertThat(heard(member())).contains("64 members are remembered");
    assertThat(other.hello(1, 1).length).isLessThan(32 << 10);
  }

  @Test
  void theMembersOfTheLogAreKeptOverStartsAndNotTold() throws Exception {
    assertThat(Identity.membersIn(directory(), "a")).isEmpty();
    member().members(List.of("h:1", "i:1"));
    assertThat(Identity.membersIn(directory(), "a")).containsExactly("h:1", "i:1");
    Identity again = member();
    assertThat(again.members()).containsExactly("h:1", "i:1");
    assertThat(new String(again.hello(7, 9), StandardCharsets.UTF_8)).doesNotContain("i:1");
    again.members(List.of("h:1"));
    assertThat(Identity.membersIn(directory(), "a")).containsExactly("h:1");
  }
}
