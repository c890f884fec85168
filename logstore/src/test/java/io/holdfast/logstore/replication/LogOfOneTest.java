package io.holdfast.logstore.replication;

import static io.holdfast.logstore.replication.Lines.append;
import static io.holdfast.logstore.replication.Lines.commit;
import static io.holdfast.logstore.replication.Lines.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogInUseException;
import io.holdfast.logstore.segment.LogTrimmedException;
import io.holdfast.logstore.segment.StoreOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log of one machine: a group of one, on disk. */
final class LogOfOneTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  private OwnedLog open(boolean sync) throws IOException {
    return open(MemberConfig.alone(folder, sync));
  }

  private static OwnedLog open(MemberConfig config) throws IOException {
    return OwnedLog.open(Member.start(config, null).backend(PATIENCE), "test");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsWhatWasCommittedOverRestartsInOrderAndOnce(boolean sync) throws Exception {
    List<String> expected = new ArrayList<>();
    long epoch = 0;
    for (int start = 0; start < 4; start++) {
      try (OwnedLog log = open(sync)) {
        assertThat(log.epoch()).isGreaterThan(epoch);
        epoch = log.epoch();
        assertThat(read(log, log.first())).isEqualTo(expected);
        for (int i = 0; i < 500; i++) {
          String line = start + "-" + i;
          append(log, 7, line);
          expected.add(line);
          if (i % 7 == 0) {
            log.flush();
          }
        }
        commit(log);
      }
    }
  }

  @Test
  void isCommittedWhenAFlushReturnsIfNothingNeedBeSynced() throws Exception {
    try (Log log = open(false)) {
      for (int i = 0; i < 100; i++) {
        append(log, 1, "line " + i);
        log.flush();
        assertThat(log.committed()).isEqualTo(log.appended());
      }
    }
  }

  @Test
  void tellsWhichStreamsAreOpenHowLongTheyAreAndWhereTheyEnd() throws Exception {
    try (Log log = open(false)) {
      for (long stream = 1; stream <= 5; stream++) {
        Lines.open(log, stream, "end point " + stream);
      }
      Lines.received(log, 3, 0, "hello");
      Lines.received(log, 3, 5, " world");
      Lines.closed(log, 2);
      commit(log);
      await().until(() -> log.streams().active() == 4);
      Streams streams = log.streams();
      assertThat(streams.page(0, 10))
          .extracting(Streams.Stream::key)
          .containsExactly(1L, 3L, 4L, 5L);
      assertThat(streams.page(3, 1)).extracting(Streams.Stream::key).containsExactly(4L);
      assertThat(streams.length(3)).hasValue(11);
      assertThat(streams.length(2)).isEmpty();
      assertThat(
              streams.byEndpoint("end point 4".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
          .hasValueSatisfying(found -> assertThat(found.key()).isEqualTo(4));
      assertThat(streams.byEndpoint(new byte[] {1})).isEmpty();
      List<String> lines = new ArrayList<>();
      try (var reader = log.reader(3, 5)) {
        Lines.readInto(reader, lines);
      }
      assertThat(lines).hasSize(2).last().isEqualTo(" world");
      assertThatThrownBy(() -> log.reader(2, 0)).hasMessage("no open stream 2");
      assertThat(log.statistics().records()).isEqualTo(8);
    }
  }

  @Test
  void remembersItsStreamsOverARestartAndASnapshot() throws Exception {
    MemberConfig config =
        MemberConfig.alone(folder, false)
            .withStore(StoreOptions.defaults().withSegmentBytes(1 << 20))
            .withLimits(0, 1 << 20);
    try (Log log = open(config)) {
      Lines.open(log, 1, "first");
      for (int i = 0; i < 400; i++) {
        Lines.received(log, 1, i * 10_000L, "x".repeat(10_000));
        log.flush();
      }
      commit(log);
    }
    try (Log log = open(config)) {
      assertThat(log.streams().length(1)).hasValue(4_000_000);
      assertThat(log.streams().page(0, 9)).hasSize(1);
    }
  }

  @Test
  void dropsWhatWasTrimmedInWholeSegmentsAndKeepsTheRest() throws Exception {
    MemberConfig config =
        MemberConfig.alone(folder, false)
            .withStore(StoreOptions.defaults().withSegmentBytes(1 << 20))
            .withLimits(0, 1 << 20);
    try (Log log = open(config)) {
      List<Long> positions = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        positions.add(append(log, 1, i + " " + "x".repeat(10_000)));
        log.flush();
      }
      commit(log);
      long keep = positions.get(1_500);
      log.trim(keep);
      await().until(() -> log.first() > 0);
      for (int i = 0; i < 500; i++) {
        append(log, 1, (2_000 + i) + " " + "x".repeat(10_000));
        log.flush();
      }
      commit(log);
      log.trim(keep);
      await().atMost(PATIENCE).until(() -> log.first() > positions.get(1_000));
      assertThat(log.first()).isLessThanOrEqualTo(keep);
      assertThatThrownBy(() -> log.reader(0)).isInstanceOf(LogTrimmedException.class);
      assertThat(read(log, keep)).hasSize(1_000).first().asString().startsWith("1500 ");
    }
    try (Log log = open(config)) {
      assertThat(read(log, log.first())).last().asString().startsWith("2499 ");
    }
  }

  @Test
  void expiresAStreamThatIsIdleForLongerThanItsLimit() throws Exception {
    MemberConfig config = MemberConfig.alone(folder, false).withIdleLimit(Duration.ofDays(1));
    try (Log log = open(config)) {
      Lines.open(log, 1, "old", Lines.now() - Duration.ofDays(2).toNanos() / 1000);
      Lines.open(log, 2, "young");
      commit(log);
      await().atMost(PATIENCE).until(() -> log.streams().stream(1).isEmpty());
      assertThat(log.streams().stream(2)).isPresent();
    }
  }

  @Test
  void takesARecordOfTheLargestSizeAndRefusesALargerOne() throws Exception {
    try (Log log = open(false)) {
      ByteBuffer payload = ByteBuffer.allocate((1 << 24) - 36);
      log.append(RecordKind.NOTED, 1, 1, 0, 0, payload, 0, payload.capacity());
      append(log, 1, "after it");
      commit(log);
      assertThat(read(log, 1 << 24)).containsExactly("after it");
      assertThatThrownBy(
              () ->
                  log.append(
                      RecordKind.NOTED, 1, 1, 0, 0, ByteBuffer.allocate(1 << 24), 0, 1 << 24))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void hasOneOwnerAtATime() throws Exception {
    try (Log log = open(false)) {
      assertThat(log.status()).isEqualTo(Log.Status.OK);
      assertThatThrownBy(() -> open(false)).isInstanceOf(LogInUseException.class);
    }
  }
}
