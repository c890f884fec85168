package io.holdfast.logstore.replication;

import static io.holdfast.logstore.replication.Lines.append;
import static io.holdfast.logstore.replication.Lines.commit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.segment.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A log that began with the member a alone and got company, of which a's configuration is silent.
 */
@Timeout(180)
final class GrownLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;
  private final FaultyDisk disk = new FaultyDisk();
  private boolean aNamesAll;

  private Trio begun(boolean sync) throws Exception {
    return new Trio(folder, sync, "a").with(this::config).startAll();
  }

  private MemberConfig config(MemberConfig config) {
    MemberAddress self = config.self();
    if (self == null || !self.id().equals("a")) {
      return config;
    }
    List<MemberAddress> named = aNamesAll ? config.members() : List.of(self);
    return MemberConfig.member(config.directory(), config.store().sync(), self, named, 100)
        .withElectionTimeout(config.electionTimeout())
        .withFirstScrub(Duration.ofSeconds(5))
        .withDisk(disk);
  }

  private static OwnedLog own(Trio trio) throws IOException {
    return OwnedLog.open(trio.member(trio.leader()).backend(PATIENCE), "test");
  }

  private static List<String> lines(OwnedLog log, int from, int to) {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      lines.add(i + " " + "x".repeat(100));
      append(log, 1, lines.getLast());
    }
    commit(log);
    return lines;
  }

  /** Adds a member to the one that leads. */
  private static void add(Trio trio, String id) throws Exception {
    MemberAddress added = trio.newcomer(id);
    trio.start(id);
    trio.member("a").membership().add(added).get(40, TimeUnit.SECONDS);
  }

  private static List<String> readAt(Member member) throws IOException {
    List<String> lines = new ArrayList<>();
    try (var reader = member.reader(member.first())) {
      Lines.readInto(reader, lines);
    }
    return lines;
  }

  /** In words that say whom the configuration must name; again at each start. */
  private static void isRefused(Trio trio, String found) {
    assertThatThrownBy(() -> trio.start("a"))
        .hasMessageContaining(found)
        .hasMessageContaining("name all members of the log")
        .hasMessageContaining(trio.hostPort("a"))
        .hasMessageContaining(trio.hostPort("b"));
    assertThatThrownBy(() -> trio.start("a"))
        .hasMessageContaining("name all members of the log")
        .hasMessageContaining(trio.hostPort("b"));
  }

  private void isRebuiltWhenItNamesAll(Trio trio, List<String> lines) throws Exception {
    aNamesAll = true;
    Member again = trio.start("a");
    await().atMost(PATIENCE).until(() -> again.folder().state() == Identity.State.MEMBER);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(readAt(again)).isEqualTo(lines));
  }

  @Test
  void aMemberWhoseFilesAreDamagedIsMendedOnceItNamesTheOthers() throws Exception {
    try (Trio trio = begun(true)) {
      OwnedLog log = own(trio);
      List<String> lines = new ArrayList<>(lines(log, 0, 500));
      add(trio, "b");
      add(trio, "c"); // a majority is left while a is away
      lines.addAll(lines(log, 500, 600));
      trio.stop("a");
      Trio.flip(trio.directory("a"), 20_000);
      isRefused(trio, "its files are damaged");
      isRebuiltWhenItNamesAll(trio, lines);
      assertThat(trio.directory("a").resolve("damaged")).isDirectory();
    }
  }

  @Test
  void aFlippedBitIsFoundWhileItRuns() throws Exception {
    try (Trio trio = begun(true)) {
      lines(own(trio), 0, 500);
      add(trio, "b");
      trio.stop("a");
      Member a = trio.start("a");
      commit(own(trio));
      Trio.flip(trio.directory("a"), 20_000); // nobody asks for that again
      assertThat(a.damaged()).isNotDone();
      await().atMost(PATIENCE).until(a.damaged()::isDone);
      trio.stop("a");
      isRefused(trio, "its files are damaged");
    }
  }

  @Test
  void startsAsBeforeAndSaysSoWhenNothingIsLost() throws Exception {
    try (Trio trio = begun(true)) {
      OwnedLog log = own(trio);
      List<String> lines = lines(log, 0, 100);
      add(trio, "b");
      trio.stop("a");
      try (Said said = new Said(MemberFolder.class)) {
        Member again = trio.start("a");
        assertThat(said.lines.stream().filter(each -> each.contains("names only this one")))
            .hasSize(1)
            .first()
            .asString()
            .contains(trio.hostPort("a"), trio.hostPort("b"));
        assertThat(again.rebuilding()).isFalse();
        commit(own(trio));
        assertThat(readAt(again)).isEqualTo(lines);
      }
    }
  }

  @Test
  void saysWhichOfTheOthersDoesNotAnswer() throws Exception {
    try (Trio trio = begun(false)) {
      own(trio);
      add(trio, "b");
      add(trio, "c");
      try (Said said = new Said(Member.class)) {
        trio.stop("c");
        String expected = "at " + trio.hostPort("c") + " does not answer";
        await()
            .atMost(PATIENCE)
            .until(() -> said.lines.stream().anyMatch(each -> each.contains(expected)));
      }
    }
  }

  @Test
  void anUnsyncedMemberIsNotTrustedWhenItsMachineHasRestarted() throws Exception {
    try (Trio trio = begun(false)) {
      List<String> lines = grown(trio);
      trio.stop("a");
      disk.reboot();
      isRefused(trio, "the machine has restarted, and the log is not synced");
      isRebuiltWhenItNamesAll(trio, lines);
    }
  }

  @Test
  void aMemberWhoseLogIsNotThereIsNotTrusted() throws Exception {
    try (Trio trio = begun(true)) {
      List<String> lines = grown(trio);
      trio.stop("a");
      for (String gone : List.of("segments", "snapshot")) {
        delete(trio.directory("a").resolve(gone));
      }
      isRefused(trio, "the log of this member is not there");
      isRebuiltWhenItNamesAll(trio, lines);
    }
  }

  @Test
  void itKnowsOfTheOthersBeforeTheyAreMembers() throws Exception {
    try (Trio trio = begun(false)) {
      own(trio);
      MemberAddress added = trio.newcomer("b");
      trio.start("b");
      var done = trio.member("a").membership().add(added);
      assertThat(Identity.membersIn(trio.directory("a"), "a"))
          .as("noted when the change begins")
          .contains(trio.hostPort("b"));
      done.get(40, TimeUnit.SECONDS);
    }
  }

  @Test
  void oneThatIsAloneAgainIsTrustedAlone() throws Exception {
    try (Trio trio = begun(false)) {
      OwnedLog log = own(trio);
      List<String> lines = lines(log, 0, 100);
      add(trio, "b");
      trio.member("a").membership().remove(trio.hostPort("b")).get(40, TimeUnit.SECONDS);
      Path a = trio.directory("a");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(Identity.membersIn(a, "a")).containsExactly(trio.hostPort("a")));
      trio.stop("b");
      trio.stop("a");
      disk.reboot();
      Member again = trio.start("a");
      assertThat(trio.leader()).isEqualTo("a");
      assertThat(readAt(again)).isEqualTo(lines);
    }
  }

  /** Gets company of two, and what it commits stands at all. */
  private List<String> grown(Trio trio) throws Exception {
    OwnedLog log = own(trio);
    List<String> lines = lines(log, 0, 100);
    add(trio, "b");
    add(trio, "c");
    commit(log);
    return lines;
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  /** What a class logs while it is open. */
  private static final class Said extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    final List<String> lines = new CopyOnWriteArrayList<>();

    Said(Class<?> by) {
      logger = (Logger) LoggerFactory.getLogger(by);
      setContext(logger.getLoggerContext());
      start();
      logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
    }

    @Override
    public void close() {
      logger.detachAppender(this);
      stop();
    }
  }
}
