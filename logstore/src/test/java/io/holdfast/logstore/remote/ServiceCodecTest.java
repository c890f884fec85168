package io.holdfast.logstore.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.remote.BadMessageException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceCodecTest {
  private static final int ROUNDS = 200_000;

  record Answered(MessageType type, Answer answer) {}

  static Stream<Request> requests() {
    byte[] records = TestOwner.record(1, 20);
    byte[] batch = new byte[LogBackend.PREFIX + records.length];
    System.arraycopy(records, 0, batch, LogBackend.PREFIX, records.length);
    return Stream.of(
        new Request.Open(-7, 3, 0, "röuter"),
        new Request.Open(Long.MIN_VALUE, 4, 9, ""),
        new Request.Append(9, 1_000_000_000_000L, batch, records.length),
        new Request.Read(0, ServiceCodec.MOST_READ),
        new Request.Trim(9, Long.MAX_VALUE),
        new Request.StreamPage(-1, 0),
        new Request.StreamByEndpoint(new byte[255]),
        new Request.StreamByKey(-5),
        new Request.Statistics(),
        new Request.Watch(0, -1, Long.MAX_VALUE, 60_000));
  }

  static Stream<Answered> answers() {
    return Stream.of(
        new Answered(MessageType.OPEN, new Answer.Granted(1, 2, 3)),
        new Answered(MessageType.RESUME, new Answer.Granted(9, 0, 0)),
        new Answered(MessageType.APPEND, new Answer.Appended(4)),
        new Answered(MessageType.READ, new Answer.Records(0, 500, 0, records(), records().length)),
        new Answered(MessageType.READ, new Answer.Records(500, 500, 0, new byte[0], 0)),
        new Answered(MessageType.TRIM, new Answer.Trimmed(77)),
        new Answered(
            MessageType.STREAMS,
            new Answer.StreamsFound(
                3, List.of(new Streams.Stream(-1, new byte[] {1, 2}, 5, 6, 7, 8, 9)))),
        new Answered(
            MessageType.STATISTICS,
            new Answer.Figures(
                new LogStatistics(
                    1, 2, 3, 4, List.of(new LogStatistics.Member("a", "h:1", "leader", -1))))),
        new Answered(
            MessageType.WATCH,
            new Answer.Watched(-3, 10, 5, Log.Status.LOW_SPACE, "900 MB are left", "h:1")),
        new Answered(
            MessageType.APPEND, new Answer.Failure(Answer.Reason.POSITION, 12, "ends at 12")));
  }

  private static byte[] records() {
    byte[] one = TestOwner.record(1, 20);
    byte[] two = TestOwner.record(2, 0);
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }

  @ParameterizedTest
  @MethodSource("requests")
  void readsTheRequestThatItWrote(Request request) throws Exception {
    byte[] body = ByteBufUtil.getBytes(ServiceCodec.encode(request));
    Request read = ServiceCodec.request(request.type().code(), Unpooled.wrappedBuffer(body));
    assertThat(read).usingRecursiveComparison().isEqualTo(request);
    for (int cut = 0; cut < body.length; cut++) {
      ByteBuf part = Unpooled.wrappedBuffer(body, 0, cut);
      assertThatThrownBy(() -> ServiceCodec.request(request.type().code(), part))
          .as("cut at %d", cut)
          .isInstanceOf(BadMessageException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void readsTheAnswerThatItWrote(Answered answered) throws Exception {
    byte[] body = ByteBufUtil.getBytes(ServiceCodec.encode(answered.answer));
    Answer read = ServiceCodec.answer(answered.type, Unpooled.wrappedBuffer(body));
    assertThat(read).usingRecursiveComparison().isEqualTo(answered.answer);
    byte[] longer = Arrays.copyOf(body, body.length + 1);
    assertThatThrownBy(() -> ServiceCodec.answer(answered.type, Unpooled.wrappedBuffer(longer)))
        .isInstanceOf(BadMessageException.class);
  }

  @Test
  void namesWhatIsWrong() {
    assertThat(fault(99, new byte[0])).isEqualTo(Fault.UNKNOWN);
    assertThat(fault(64, new byte[] {2})).isEqualTo(Fault.UNKNOWN);
    assertThat(fault(69, new byte[] {9})).isEqualTo(Fault.UNKNOWN);
    assertThat(fault(67, new byte[11])).isEqualTo(Fault.TRUNCATED);
    assertThat(fault(67, new byte[13])).isEqualTo(Fault.VALUE); // nothing is asked for
    assertThat(fault(67, new byte[65])).isEqualTo(Fault.TOO_LONG);
    assertThat(fault(66, new byte[16])).isEqualTo(Fault.VALUE);
    assertThat(fault(66, new byte[16 + 36])).isEqualTo(Fault.RECORDS);
    byte[] negative = new byte[12];
    negative[0] = (byte) 0x80;
    assertThat(fault(67, negative)).isEqualTo(Fault.VALUE);
    byte[] batch =
        ByteBufUtil.getBytes(ServiceCodec.encode(requests().skip(2).findFirst().orElseThrow()));
    batch[batch.length - 40] ^= 1;
    assertThat(fault(66, batch)).isEqualTo(Fault.RECORDS);
  }

  private static Fault fault(int type, byte[] body) {
    return catchThrowableOfType(
            BadMessageException.class,
            () -> ServiceCodec.request(type, Unpooled.wrappedBuffer(body)))
        .fault();
  }

  /** Random bytes, and valid messages with some bytes changed, cut or doubled. */
  @Test
  void throwsNothingElseWhateverArrives() {
    Random random = new Random(20_260_101);
    List<Request> requests = requests().toList();
    List<Answered> answers = answers().toList();
    int understood = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Request request = requests.get(random.nextInt(requests.size()));
      Answered answered = answers.get(random.nextInt(answers.size()));
      byte[] one = mutated(ByteBufUtil.getBytes(ServiceCodec.encode(request)), random);
      byte[] other = mutated(ByteBufUtil.getBytes(ServiceCodec.encode(answered.answer)), random);
      try {
        ServiceCodec.request(
            random.nextInt(4) == 0 ? random.nextInt(128) : request.type().code(),
            Unpooled.wrappedBuffer(one));
        understood++;
      } catch (BadMessageException e) {
        assertThat(e.getMessage()).hasLineCount(1);
      }
      try {
        ServiceCodec.answer(answered.type, Unpooled.wrappedBuffer(other));
        understood++;
      } catch (BadMessageException e) {
        assertThat(e.fault()).isNotNull();
      }
    }
    assertThat(understood).as("some stay valid").isBetween(ROUNDS / 50, 2 * ROUNDS - ROUNDS / 50);
  }

  private static byte[] mutated(byte[] body, Random random) {
    byte[] bytes = body.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        bytes = new byte[random.nextInt(80)];
        random.nextBytes(bytes);
      }
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 8));
      default -> {
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return bytes;
  }
}
