package io.holdfast.logstore.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An owner and three members, with everything between them that can go wrong. */
@Timeout(60)
class RemoteBackendTest {
  private static final HostPort A = new HostPort("a", 1);
  private static final HostPort B = new HostPort("b", 1);
  private static final HostPort C = new HostPort("c", 1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long BASE = 1_000;

  private final FakeGroup group = new FakeGroup(BASE, A.toString());
  private final FakeNet net = new FakeNet();
  private RemoteBackend backend;
  private TestOwner owner;

  @BeforeEach
  void serve() {
    for (HostPort at : List.of(A, B, C)) {
      net.serve(at, new LogService(group.member(at.toString())));
    }
    backend = backend(PATIENCE);
    owner = new TestOwner(backend, group::committed, 1);
  }

  private RemoteBackend backend(Duration patience) {
    return new RemoteBackend(net, () -> {}, List.of(A, B, C), patience);
  }

  @AfterEach
  void close() {
    backend.close();
    net.close();
    assertThat(owner.lies).isEmpty();
  }

  private void allIsThereOnce() {
    await().until(() -> owner.committed == owner.appended());
    assertThat(group.content()).isEqualTo(owner.written());
    assertThat(owner.expired).isEmpty();
  }

  @Test
  void appendsInOrder() throws Exception {
    assertThat(owner.open()).isEqualTo(new LogBackend.Grant(1, BASE, BASE));
    for (int i = 0; i < 500; i++) {
      owner.append(2_000);
    }
    allIsThereOnce();
    assertThat(owner.statuses).isEmpty();
  }

  @Test
  void findsTheLeaderWhereverItIs() throws Exception {
    group.lead(C.toString(), true);
    net.down.add(A);
    owner.open();
    owner.append(100);
    allIsThereOnce();
  }

  /** Every frame from the first to far behind the last that opening and ten appends need. */
  @ParameterizedTest
  @EnumSource(
      value = FakeNet.Act.class,
      names = {"CUT_BEFORE", "CUT_AFTER", "TWICE"})
  void losesNothingWhereverTheConnectionIsCut(FakeNet.Act act) throws Exception {
    for (int at = 1; at <= 14; at++) {
      FakeGroup one = new FakeGroup(BASE, A.toString());
      try (FakeNet wires = new FakeNet()) {
        wires.serve(A, new LogService(one.member(A.toString())));
        int cut = at;
        wires.faults = (type, number) -> number == cut ? act : FakeNet.Act.PASS;
        try (RemoteBackend client = new RemoteBackend(wires, () -> {}, List.of(A), PATIENCE)) {
          TestOwner writer = new TestOwner(client, one::committed, at);
          writer.open();
          for (int i = 0; i < 10; i++) {
            writer.append(300);
          }
          await().until(() -> writer.committed == writer.appended());
          assertThat(one.content()).as("cut at frame %d", at).isEqualTo(writer.written());
          assertThat(writer.lies).isEmpty();
          assertThat(writer.expired).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void losesNothingAmongFaultsAndChangesOfLeader(long seed) throws Exception {
    Random random = new Random(seed);
    owner.open();
    Random faults = new Random(seed + 100);
    net.faults =
        (type, number) ->
            switch (faults.nextInt(60)) {
              case 0 -> FakeNet.Act.CUT_BEFORE;
              case 1 -> FakeNet.Act.CUT_AFTER;
              case 2, 3 -> FakeNet.Act.TWICE;
              default -> FakeNet.Act.PASS;
            };
    List<HostPort> members = List.of(A, B, C);
    for (int i = 0; i < 400; i++) {
      owner.append(1_000);
      if (random.nextInt(40) == 0) {
        group.lead(members.get(random.nextInt(3)).toString(), random.nextBoolean());
      }
      if (random.nextInt(40) == 0) {
        group.hold();
      } else if (random.nextInt(20) == 0) {
        group.release();
      }
    }
    group.release();
    net.faults = (type, number) -> FakeNet.Act.PASS;
    allIsThereOnce();
  }

  @Test
  void tellsNothingCommittedBeforeTheMembersDo() throws Exception {
    owner.open();
    group.hold();
    for (int i = 0; i < 20; i++) {
      owner.append(500);
    }
    await().until(() -> group.waiting() == 20);
    assertThat(owner.committed).isEqualTo(BASE);
    group.commitOne();
    await().until(() -> owner.committed == group.committed());
    assertThat(owner.committed).isGreaterThan(BASE).isLessThan(owner.appended());
    group.release();
    allIsThereOnce();
  }

  @Test
  void takesNoMoreThanItsBoundAndGoesOnWhenThereIsRoom() throws Exception {
    owner.open();
    group.hold();
    for (int i = 0; i < 40; i++) {
      owner.append(TestOwner.record(i, 1 << 20));
    }
    await().until(() -> group.waiting() == 7);
    assertThat(backend.submit(owner.appended(), new byte[(1 << 20) + 16], 1 << 20)).isFalse();
    group.release();
    allIsThereOnce();
  }

  @Test
  void goesOnAtAnotherLeaderWithWhatTheOldOneHadNotCommitted() throws Exception {
    owner.open();
    owner.append(500);
    allIsThereOnce();
    group.hold();
    owner.append(500);
    owner.append(500);
    await().until(() -> group.waiting() == 2);
    group.lead(B.toString(), false);
    group.release();
    allIsThereOnce();
    assertThat(net.calls(MessageType.RESUME)).as("straight to the leader").isEqualTo(1);
    assertThat(owner.statuses).as("no alarm").isEmpty();
  }

  @Test
  void resumesOnTheSameConnectionWhenAnAppendDoesNotMeetTheEnd() throws Exception {
    owner.open();
    net.faults =
        (type, number) ->
            type == MessageType.APPEND.code() && net.calls(MessageType.APPEND) == 1
                ? FakeNet.Act.LOST
                : FakeNet.Act.PASS;
    owner.append(500);
    await().until(() -> net.lost.get() == 1);
    owner.append(500);
    owner.append(500);
    allIsThereOnce();
    assertThat(net.dialled).containsOnlyOnce(A);
    assertThat(net.calls(MessageType.RESUME)).isEqualTo(1);
  }

  @Test
  void isNotToldTwiceWhatTheNewLeaderHas() throws Exception {
    owner.open();
    group.hold();
    owner.append(500);
    await().until(() -> group.waiting() == 1);
    group.lead(C.toString(), true);
    group.release();
    allIsThereOnce();
    assertThat(group.duplicates()).isZero();
  }

  @Test
  void leavesAMemberThatFallsSilent() throws Exception {
    owner.open();
    owner.append(500);
    allIsThereOnce();
    net.silent.add(A);
    group.lead(B.toString(), true);
    owner.append(500);
    allIsThereOnce();
  }

  @Test
  void followsTheLeaderThoughItHasNothingToAppend() throws Exception {
    owner.open();
    await().until(() -> net.dialled.size() == 3); // the others are listened to
    group.lead(B.toString(), true);
    await().until(() -> net.calls(MessageType.RESUME) == 1);
    owner.append(500);
    allIsThereOnce();
    group.lead(C.toString(), true);
    await().until(() -> net.calls(MessageType.RESUME) == 2);
    assertThat(net.dialled).as("it listens there already").containsOnlyOnce(B, C);
    assertThat(owner.statuses).as("no alarm").isEmpty();
  }

  @Test
  void hearsOfTheNextLeaderWhileTheOldOneKeepsItsConnectionAndSaysNothing() throws Exception {
    owner.open();
    await().until(() -> net.dialled.size() == 3);
    net.silent.add(A);
    net.down.add(A);
    group.lead(C.toString(), true);
    owner.append(500);
    allIsThereOnce();
    assertThat(net.calls(MessageType.RESUME)).isEqualTo(1);
  }

  @Test
  void saysThatNobodyIsReachedAndThatSomebodyIsAgain() throws Exception {
    owner.open();
    net.down.addAll(List.of(A, B, C));
    net.cut(A);
    await().until(() -> !owner.statuses.isEmpty());
    owner.append(500);
    assertThat(owner.statuses).containsExactly(Log.Status.OTHER_ERROR);
    assertThat(owner.reasons.getFirst())
        .contains("no member of the log takes us", "a:1: connection refused");
    net.down.clear();
    allIsThereOnce();
    await().until(() -> owner.statuses.size() == 2);
    assertThat(owner.statuses.getLast()).isEqualTo(Log.Status.OK);
  }

  /**
   * Whether a pause was made is seen by the status that each one tells. All that is asked is what
   * had been told when each append arrived, not how long anything took.
   */
  @ParameterizedTest
  @ValueSource(strings = {"closes", "fails", "says it is elsewhere", "says it is not the leader"})
  void pausesBeforeAServerThatTakesUsAndFailsEachTime(String how) throws Exception {
    List<Integer> pausesBeforeAppend = new CopyOnWriteArrayList<>();
    net.faults =
        (type, number) -> {
          if (type != MessageType.APPEND.code()) {
            return FakeNet.Act.PASS;
          }
          pausesBeforeAppend.add(Collections.frequency(owner.statuses, Log.Status.OTHER_ERROR));
          return how.equals("closes") ? FakeNet.Act.CUT_BEFORE : FakeNet.Act.PASS;
        };
    switch (how) {
      case "fails" -> group.answerAppends(new IOException("no"));
      case "says it is elsewhere" ->
          group.answerAppends(new SharedLog.PositionException(BASE, BASE + 7));
      case "says it is not the leader" ->
          group.answerAppends(new SharedLog.NotLeaderException(A.toString()));
      default -> {}
    }
    try (RemoteBackend client = new RemoteBackend(net, () -> {}, List.of(A), PATIENCE)) {
      owner = new TestOwner(client, group::committed, 1);
      owner.open();
      owner.append(500);
      await().until(() -> Collections.frequency(owner.statuses, Log.Status.OTHER_ERROR) == 4);
      assertThat(pausesBeforeAppend).startsWith(0, 0, 1, 2, 3).hasSize(5);
      assertThat(owner.reasons.getFirst()).contains("a:1: took us and failed at once");

      group.answerAppends(null);
      net.faults = (type, number) -> FakeNet.Act.PASS;
      allIsThereOnce();
      int told = owner.statuses.size();
      net.cut(A);
      owner.append(500);
      allIsThereOnce();
      assertThat(owner.statuses).as("no pause after something was committed").hasSize(told);
    }
  }

  @Test
  void hearsWhatTheMembersSayOfThemselves() throws Exception {
    owner.open();
    group.status(Log.Status.LOW_SPACE, "900 MB are left");
    await().until(() -> owner.statuses.contains(Log.Status.LOW_SPACE));
    assertThat(owner.reasons.getLast()).isEqualTo("the log at a:1: 900 MB are left");
    group.status(Log.Status.OK, "");
    await().until(() -> owner.statuses.getLast() == Log.Status.OK);
  }

  @Test
  void endsWhenAnotherOwnerOpensTheLog() throws Exception {
    owner.open();
    owner.append(500);
    allIsThereOnce();
    try (RemoteBackend second = backend(PATIENCE)) {
      TestOwner other = new TestOwner(second, group::committed, 2);
      assertThat(other.open().epoch()).isEqualTo(2);
      await().until(() -> !owner.expired.isEmpty());
      assertThat(owner.expired).isEqualTo("another owner has opened the log");
      assertThat(backend.submit(owner.appended(), new byte[116], 100)).isFalse();
      other.append(500);
      await().until(() -> other.committed == other.appended());
      assertThat(other.lies).isEmpty();
    }
  }

  /** Another owner came where our member could not see it, and its records are not ours. */
  @Test
  void takesNobodyElsesRecordsForItsOwn() throws Exception {
    owner.open();
    net.faults =
        (type, number) -> type == MessageType.APPEND.code() ? FakeNet.Act.LOST : FakeNet.Act.PASS;
    owner.append(TestOwner.record(1, 64));
    group.member(A.toString()).open("other", 0).get();
    group.past(TestOwner.record(7, 64));
    group.status(Log.Status.LOW_SPACE, "so that a WATCH is answered");
    await().until(() -> owner.statuses.contains(Log.Status.LOW_SPACE));
    assertThat(group.committed()).isEqualTo(owner.appended());
    assertThat(owner.committed).isEqualTo(BASE);
  }

  @Test
  void learnsAfterALossThatAnotherOwnerCame() throws Exception {
    owner.open();
    net.down.addAll(List.of(A, B, C));
    net.cut(A);
    await().until(() -> !owner.statuses.isEmpty());
    group.member(A.toString()).open("other", 0).get();
    net.down.clear();
    await().until(() -> !owner.expired.isEmpty());
    assertThat(owner.expired).contains("epoch 1 is over");
  }

  @Test
  void endsWhenTheLogHasLostWhatWasCommitted() throws Exception {
    owner.open();
    owner.append(500);
    allIsThereOnce();
    long was = owner.committed;
    net.cut(A);
    group.forget(BASE);
    net.cut(A);
    await().until(() -> !owner.expired.isEmpty() || owner.statuses.size() > 5);
    assertThat(owner.expired).contains("before " + was + ", which was committed");
  }

  @Test
  void givesUpOpeningWithOneLine() {
    net.down.addAll(List.of(A, C));
    group.lead("", true);
    try (RemoteBackend hasty = backend(Duration.ofMillis(300))) {
      assertThatThrownBy(() -> hasty.open("test", owner))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(
              "no member of the log took us", "a:1: connection refused", "b:1: does not lead")
          .message()
          .hasLineCount(1);
    }
  }

  @Test
  void waitsForALeaderWhileItOpens() throws Exception {
    group.lead("", true);
    Thread.ofVirtual()
        .start(
            () -> {
              await().until(() -> net.calls(MessageType.OPEN) > 6);
              group.lead(B.toString(), true);
            });
    assertThat(owner.open().epoch()).isEqualTo(1);
  }

  @Test
  void carriesTheLongestRecord() throws Exception {
    owner.open();
    owner.append(TestOwner.record(1, 10));
    owner.append(TestOwner.record(2, RecordFlyweight.MAX_LENGTH - RecordFlyweight.HEADER_LENGTH));
    owner.append(TestOwner.record(3, 10));
    allIsThereOnce();
    try (RemoteBackend second = backend(PATIENCE)) {
      new TestOwner(second, group::committed, 2).open();
      assertThat(scan(second, BASE)).isEqualTo(group.content());
    }
  }

  @Test
  void readsWhatItWroteWithoutAskingAnybody() throws Exception {
    owner.open();
    try (LogReader reader = backend.reader(BASE)) {
      ByteBuffer into = ByteBuffer.allocate(64 << 10);
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      for (int i = 0; i < 20; i++) {
        owner.append(1_000);
        await().until(() -> owner.committed == owner.appended());
        while (reader.read(into.clear()) > 0) {
          read.write(into.array(), 0, into.position());
        }
      }
      assertThat(read.toByteArray()).isEqualTo(owner.written());
      assertThat(reader.awaitMore()).isFalse();
    }
    assertThat(net.calls(MessageType.READ)).isZero();
  }

  @Test
  void readsNothingThatIsNotCommitted() throws Exception {
    owner.open();
    group.hold();
    owner.append(500);
    await().until(() -> group.waiting() == 1);
    try (LogReader reader = backend.reader(BASE)) {
      assertThat(reader.read(ByteBuffer.allocate(10_000))).isZero();
      assertThat(reader.awaitMore()).isFalse();
    }
    group.release();
  }

  @Test
  void scansAPastThatIsElsewhere() throws Exception {
    byte[] past = past(6_000, 2_000);
    owner.open();
    assertThat(scan(backend, BASE)).isEqualTo(past);
    assertThat(net.calls(MessageType.READ)).isBetween(2, past.length / RemoteReader.CHUNK * 2 + 2);
  }

  @Test
  void neverWaitsInReadAndTellsWhenTheRecordsAreThere() throws Exception {
    byte[] past = past(2_000, 1_000);
    owner.open();
    net.silent.add(A);
    int told = owner.told;
    try (LogReader reader = backend.reader(BASE)) {
      assertThat(reader.read(ByteBuffer.allocate(1 << 20))).isZero();
      net.silent.remove(A);
      await().until(() -> owner.told > told);
      assertThat(reader.read(ByteBuffer.allocate(1 << 20))).isBetween(1, past.length);
    }
  }

  @Test
  void saysHowLongARecordIsThatDoesNotFit() throws Exception {
    past(1, 5_000);
    int length = (int) (group.committed() - BASE);
    owner.open();
    try (LogReader reader = backend.reader(BASE)) {
      assertThat(reader.read(ByteBuffer.allocate(10))).isZero();
      assertThat(reader.awaitMore()).isTrue();
      assertThat(reader.read(ByteBuffer.allocate(10))).isEqualTo(-length);
      assertThat(reader.position()).isEqualTo(BASE);
      assertThat(reader.read(ByteBuffer.allocate(length))).isEqualTo(length);
    }
  }

  @Test
  void goesOnReadingAtAnotherLeader() throws Exception {
    byte[] past = past(3_000, 2_000);
    owner.open();
    net.faults =
        (type, number) ->
            type == MessageType.READ.code() && number % 3 == 0
                ? FakeNet.Act.CUT_AFTER
                : FakeNet.Act.PASS;
    assertThat(scan(backend, BASE)).isEqualTo(past);
  }

  @Test
  void readsOnFromThePastIntoWhatItWrites() throws Exception {
    byte[] past = past(500, 1_000);
    owner.open();
    for (int i = 0; i < 50; i++) {
      owner.append(500);
    }
    await().until(() -> owner.committed == owner.appended());
    assertThat(scan(backend, BASE)).isEqualTo(group.content()).startsWith(past);
  }

  @Test
  void saysThatAPositionWasTrimmed() throws Exception {
    byte[] past = past(2_000, 1_000);
    owner.open();
    long middle = BASE + RecordFlyweight.HEADER_LENGTH;
    try (LogReader reader = backend.reader(BASE)) {
      group.trimTo(group.committed());
      assertThatThrownBy(
              () -> {
                while (reader.awaitMore()) {
                  reader.read(ByteBuffer.allocate(past.length));
                }
              })
          .isInstanceOf(LogTrimmedException.class);
    }
    await().until(() -> backend.first() == group.committed());
    assertThatThrownBy(() -> backend.reader(middle)).isInstanceOf(LogTrimmedException.class);
  }

  @Test
  void trimsEvenIfTheConnectionIsLostMeanwhile() throws Exception {
    past(100, 1_000);
    owner.open();
    net.faults =
        (type, number) ->
            type == MessageType.TRIM.code() && net.calls(MessageType.TRIM) == 1
                ? FakeNet.Act.CUT_BEFORE
                : FakeNet.Act.PASS;
    backend.trim(group.committed());
    await().until(() -> group.first() == group.committed());
    await().until(() -> backend.first() == group.committed());
  }

  @Test
  void answersQuestionsAboutStreams() throws Exception {
    for (long key = 1; key <= 5; key++) {
      byte[] endpoint = ("end " + key).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      group.streams.put(key, new Streams.Stream(key, endpoint, BASE, key * 10, 3, 11, 12));
    }
    owner.open();
    Streams streams = backend.streams();
    assertThat(streams.active()).isEqualTo(5);
    assertThat(streams.page(2, 2)).extracting(Streams.Stream::key).containsExactly(3L, 4L);
    assertThat(streams.length(4)).hasValue(40);
    assertThat(streams.length(9)).isEmpty();
    assertThat(streams.byEndpoint("end 5".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .hasValueSatisfying(s -> assertThat(s.key()).isEqualTo(5));
    net.down.addAll(List.of(A, B, C));
    net.cut(A);
    await().until(() -> !owner.statuses.isEmpty());
    assertThatThrownBy(streams::active).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void countsWhatItAppended() throws Exception {
    owner.open();
    owner.append(TestOwner.record(1, 64));
    owner.append(TestOwner.record(2, 64));
    await().until(() -> owner.committed == owner.appended());
    var figures = backend.statistics();
    assertThat(figures.records()).isEqualTo(2);
    assertThat(figures.bytes()).isEqualTo(200);
    assertThat(figures.commitP99Micros()).isGreaterThanOrEqualTo(figures.commitP50Micros());
    assertThat(figures.members()).extracting("address").containsExactly("a:1");
  }

  /** Puts so many records into the log before the owner comes. */
  private byte[] past(int records, int most) {
    Random random = new Random(records);
    ByteArrayOutputStream past = new ByteArrayOutputStream();
    for (int i = 0; i < records; i++) {
      past.writeBytes(TestOwner.record(i, random.nextInt(most)));
    }
    group.past(past.toByteArray());
    return past.toByteArray();
  }

  /** As whoever opens a log reads all of it. */
  private static byte[] scan(LogBackend log, long from) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(64 << 10);
    try (LogReader reader = log.reader(from)) {
      for (int read = reader.read(chunk);
          read != 0 || reader.awaitMore();
          read = reader.read(chunk)) {
        if (read < 0) {
          chunk = ByteBuffer.allocate(-read);
          continue;
        }
        all.write(chunk.array(), 0, read);
        chunk.clear();
      }
    }
    return Arrays.copyOf(all.toByteArray(), all.size());
  }
}
