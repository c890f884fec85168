package io.holdfast.failover.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class PayloadsTest {
  private static final long POSITION = 4_711;

  /** A payload with what decodes it. */
  private record Sample(
      RecordKind kind,
      Object value,
      Encoder encoder,
      BiFunction<RecordFlyweight, Long, Object> decoder) {

    RecordFlyweight written(int version) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(400_000);
      int at = 7;
      int length = encoder.encode(buffer, at + RecordFlyweight.HEADER_LENGTH);
      RecordFlyweight record = new RecordFlyweight().wrap(buffer, at);
      record.header(kind, version, 1_700_000_000_000_000L, 3, 0, length).seal();
      buffer.limit(at + record.length());
      return record;
    }
  }

  private interface Encoder {
    int encode(ByteBuffer into, int at);
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<Sample> samples() {
    Endpoint local = new Endpoint(address("10.77.0.2"), 0, 179);
    Endpoint remote = new Endpoint(address("fe80::1"), 3, 40_001);
    ServiceSpec spec =
        new ServiceSpec(
            "bgp-ü",
            179,
            List.of(
                new PeerSpec(address("10.77.0.1"), address("0.0.0.0"), 179),
                new PeerSpec(address("2001:db8::1"), address("::"), 0)));
    Opened opened =
        new Opened(
            "bgp",
            local,
            remote,
            true,
            17,
            -5,
            Integer.MIN_VALUE,
            new TcpOptions(1_460, 7, true, true, 0xffff_fff0L),
            TcpOptions.NONE);
    Sent sent =
        new Sent(
            9,
            Long.MAX_VALUE,
            true,
            false,
            List.of(new Sent.Target(3, 0), new Sent.Target(4, 1L << 40)),
            new byte[] {1, 2, 3});
    Closed closed = new Closed(Cause.SILENCE, "9 s without a byte");
    Attached attached = new Attached(12, "0.1.0");
    Armed armed = new Armed(true, new byte[19], 3_000, 9_000, new byte[] {1}, new byte[] {2, 3});
    Progress progress = new Progress(1L << 41, 65_535, 0xffff_fff0L, true);
    return List.of(
        new Sample(RecordKind.REGISTERED, spec, spec::encode, ServiceSpec::decode),
        new Sample(RecordKind.OPENED, opened, opened::encode, Opened::decode),
        new Sample(RecordKind.SENT, sent, sent::encode, Sent::decode),
        new Sample(RecordKind.PROGRESS, progress, progress::encode, Progress::decode),
        new Sample(RecordKind.CLOSED, closed, closed::encode, Closed::decode),
        new Sample(RecordKind.ATTACHED, attached, attached::encode, Attached::decode),
        new Sample(RecordKind.ARMED, armed, armed::encode, Armed::decode),
        new Sample(RecordKind.ARMED, Armed.OFF, Armed.OFF::encode, Armed::decode));
  }

  @Test
  void readsWhatItWrote() {
    for (Sample sample : samples()) {
      assertThat(sample.decoder().apply(sample.written(1), POSITION)).isEqualTo(sample.value());
    }
  }

  @Test
  void theSentFlyweightReadsTheSameWithoutCopying() {
    Sample sample = samples().get(2);
    SentFlyweight sent = new SentFlyweight().wrap(sample.written(1), POSITION);
    assertThat(sent.epoch()).isEqualTo(9);
    assertThat(sent.last()).isTrue();
    assertThat(sent.standIn()).isFalse();
    assertThat(sent.indexOf(4)).isEqualTo(1);
    assertThat(sent.indexOf(5)).isEqualTo(-1);
    assertThat(sent.offset(1)).isEqualTo(1L << 40);
    assertThat(sent.bytesLength()).isEqualTo(3);
    assertThat(sent.buffer().get(sent.bytesIndex() + 2)).isEqualTo((byte) 3);
  }

  @Test
  void refusesEachPayloadCutAtAnyByte() {
    for (Sample sample : samples()) {
      int whole = sample.written(1).payloadLength();
      for (int length = 0; length < whole; length++) {
        RecordFlyweight cut = sample.written(1);
        cut.buffer().putInt(7, RecordFlyweight.HEADER_LENGTH + length);
        if (sample.kind() == RecordKind.SENT && length >= SentFlyweight.headerLength(2)) {
          continue; // its messages have no length of their own: the record's is theirs
        }
        assertThatThrownBy(() -> sample.decoder().apply(cut, POSITION))
            .as("%s cut at %d of %d", sample.kind(), length, whole)
            .isInstanceOf(RecordFormatException.class)
            .hasMessageContaining(sample.kind() + " record at 4711");
      }
    }
  }

  @Test
  void refusesALengthBeyondTheBuffer() {
    for (Sample sample : samples()) {
      RecordFlyweight record = sample.written(1);
      record.buffer().putInt(7, Integer.MAX_VALUE);
      assertThatThrownBy(() -> sample.decoder().apply(record, POSITION))
          .isInstanceOf(RecordFormatException.class);
    }
  }

  @Test
  void refusesANewerVersionWithAReason() {
    for (Sample sample : samples()) {
      assertThatThrownBy(() -> sample.decoder().apply(sample.written(2), POSITION))
          .isInstanceOf(RecordFormatException.class)
          .hasMessage(
              sample.kind()
                  + " record at 4711: version 2 was written by a newer build, this one reads up to"
                  + " 1");
    }
  }

  @Test
  void neverThrowsAnythingElseWhateverTheBytes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Sample> samples = samples();
    for (int round = 0; round < 100_000; round++) {
      Sample sample = samples.get(round % samples.size());
      RecordFlyweight record = noise(sample, random);
      try {
        sample.decoder().apply(record, POSITION);
      } catch (RecordFormatException expected) {
        assertThat(expected).hasMessageContaining("record at 4711");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + round + ", " + sample.kind(), e);
      }
    }
  }

  /** Half of them nothing but noise, half of them right but for a few bytes. */
  private static RecordFlyweight noise(Sample sample, Random random) {
    if (random.nextBoolean()) {
      int length = random.nextInt(200);
      ByteBuffer buffer = ByteBuffer.allocate(RecordFlyweight.HEADER_LENGTH + length);
      random.nextBytes(buffer.array());
      return new RecordFlyweight().wrap(buffer, 0).header(sample.kind(), 1, 0, 0, 0, length);
    }
    ByteBuffer buffer = ByteBuffer.allocate(400 + RecordFlyweight.HEADER_LENGTH);
    int length = sample.encoder().encode(buffer, RecordFlyweight.HEADER_LENGTH);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = RecordFlyweight.HEADER_LENGTH + random.nextInt(length);
      buffer.put(at, (byte) random.nextInt());
    }
    buffer.limit(RecordFlyweight.HEADER_LENGTH + length);
    return new RecordFlyweight().wrap(buffer, 0).header(sample.kind(), 1, 0, 0, 0, length);
  }

  @Test
  void describesEveryKindInOneLineAndSaysWhatIsUnreadable() {
    List<String> lines = new ArrayList<>();
    for (Sample sample : samples()) {
      lines.add(RecordDescriptions.describe(sample.written(1)));
    }
    assertThat(lines).allSatisfy(line -> assertThat(line).doesNotContain("\n"));
    assertThat(lines.get(1))
        .contains("OPENED connection 3 offset 0")
        .contains("10.77.0.2:179")
        .contains("%3]:40001");
    assertThat(RecordDescriptions.describe(samples().get(1).written(2))).contains("unreadable");
    for (RecordKind kind : RecordKind.values()) {
      ByteBuffer buffer = ByteBuffer.allocate(40);
      RecordFlyweight record = new RecordFlyweight().wrap(buffer, 0).header(kind, 1, 0, 0, 0, 4);
      assertThat(RecordDescriptions.describe(record)).contains(kind.name());
    }
    ByteBuffer unknown = ByteBuffer.allocate(40);
    RecordFlyweight record =
        new RecordFlyweight().wrap(unknown, 0).header(RecordKind.NOTED, 1, 0, 0, 0, 4);
    unknown.put(RecordFlyweight.KIND_OFFSET, (byte) 200);
    assertThat(RecordDescriptions.describe(record)).contains("kind-200");
  }
}
