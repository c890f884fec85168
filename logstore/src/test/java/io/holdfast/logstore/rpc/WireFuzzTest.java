package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Message;
import io.holdfast.logstore.FuzzSeeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that a peer sends are frames and messages, or are refused with a reason: nothing else.
 * CONTRIBUTING says how to let Jazzer look for more.
 */
class WireFuzzTest {
  static List<Path> seeds() throws IOException {
    return FuzzSeeds.of(WireFuzzTest.class, "frames");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void takesItsSeeds(Path seed) throws Exception {
    frames(Files.readAllBytes(seed));
  }

  private static final Limits LIMITS = Limits.defaults();

  /** The first byte says how the rest is cut into pieces, as a network would. */
  @FuzzTest(maxDuration = "60s")
  void frames(byte[] data) throws BadFrameException {
    if (data.length == 0) {
      return;
    }
    FrameAssembler whole = new FrameAssembler(LIMITS);
    FrameAssembler pieces = new FrameAssembler(LIMITS);
    ByteBuf all = Unpooled.wrappedBuffer(data, 1, data.length - 1);
    ByteBuf cut = all.duplicate();
    int step = 1 + (data[0] & 0xff);
    boolean greeted = false;
    while (true) {
      Frame frame = next(whole, all);
      Frame same = null;
      while (same == null && cut.isReadable()) {
        ByteBuf piece = cut.readSlice(Math.min(step, cut.readableBytes()));
        same = next(pieces, piece);
        cut.readerIndex(cut.readerIndex() - piece.readableBytes());
        if (same == REFUSED) {
          break;
        }
      }
      if (frame == null || frame == REFUSED) {
        assertThat(same).isSameAs(frame);
        return;
      }
      assertThat(same).isNotNull();
      assertThat(same.bytes()).isEqualTo(frame.bytes());
      message(frame);
      if (!greeted) {
        whole.greeted();
        pieces.greeted();
        greeted = true;
      }
    }
  }

  private static final Frame REFUSED = new Frame(new byte[Frame.HEAD]);

  private static @Nullable Frame next(FrameAssembler assembler, ByteBuf in) {
    try {
      return assembler.next(in);
    } catch (BadFrameException e) {
      return REFUSED;
    }
  }

  /** What a peer reads of a message, it would write again: nothing of it is read otherwise. */
  private static void message(Frame frame) {
    RaftMessage exchange = RaftMessage.ofRequestType(frame.type() & ~Frame.ANSWER);
    if (exchange == null) {
      return;
    }
    try {
      if (frame.isAnswer()) {
        Message answer = exchange.answer(frame);
        Frame again = again(exchange.answerFrame(UnpooledByteBufAllocator.DEFAULT, 1, answer));
        assertThat(exchange.answer(again)).isEqualTo(answer);
      } else {
        Message request = exchange.request(frame);
        Frame again = again(exchange.requestFrame(UnpooledByteBufAllocator.DEFAULT, 1, request));
        assertThat(exchange.request(again)).isEqualTo(request);
      }
    } catch (BadFrameException e) {
      assertThat(e.refusal()).isEqualTo(Refusal.BAD_MESSAGE);
    }
  }

  private static Frame again(ByteBuf encoded) throws BadFrameException {
    FrameAssembler assembler = new FrameAssembler(LIMITS);
    assembler.greeted();
    try {
      Frame frame = assembler.next(encoded);
      assertThat(frame).isNotNull();
      return frame;
    } finally {
      encoded.release();
    }
  }
}
