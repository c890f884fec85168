package io.holdfast.bgp.wire.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.wire.NotificationCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BgpFrameDecoderTest {
  @Test
  void findsTheMessagesWhereverTheChunksEnd() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      List<BgpMessage> sent = new ArrayList<>();
      ByteBuf stream = Unpooled.buffer();
      for (int i = 0; i < 20; i++) {
        BgpMessage message = Messages.random(random);
        sent.add(message);
        MessageCodec.encode(message, Messages.WIDE, stream);
      }
      int longest = 1 + random.nextInt(round % 2 == 0 ? 40 : 3000);
      BgpFrameDecoder frames = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
      List<Decoded> received = new ArrayList<>();
      while (stream.isReadable()) {
        int count = Math.min(stream.readableBytes(), 1 + random.nextInt(longest));
        assertThat(
                frames.feed(
                    stream.readSlice(count),
                    whole -> received.add(MessageCodec.decode(whole, Messages.WIDE))))
            .isNull();
      }
      assertThat(received).as("seed %d, round %d", seed, round).isEqualTo(sent);
      assertThat(frames.pending()).isZero();
    }
  }

  @Test
  void takesNothingMoreAfterTheSinkSaidStop() {
    BgpFrameDecoder frames = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
    List<Decoded> received = new ArrayList<>();
    ByteBuf two = Messages.encoded(new Keepalive(), Messages.WIDE);
    MessageCodec.encode(new Keepalive(), Messages.WIDE, two);
    frames.feed(
        two,
        whole -> {
          received.add(MessageCodec.decode(whole, Messages.WIDE));
          return false;
        });
    frames.feed(Messages.encoded(new Keepalive(), Messages.WIDE), whole -> received.add(null));
    assertThat(received).containsExactly(new Keepalive());
  }

  @Test
  void tellsTheErrorAgainAndGivesNoMessageBehindIt() {
    BgpFrameDecoder frames = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
    ByteBuf bad = Messages.bytes("ffffffffffffffffffffffffffffffff 1001 02");
    assertThat(frames.feed(bad, whole -> true).code())
        .isEqualTo(NotificationCode.BAD_MESSAGE_LENGTH);
    List<ByteBuf> received = new ArrayList<>();
    ByteBuf keepalive = Messages.encoded(new Keepalive(), Messages.WIDE);
    assertThat(frames.feed(keepalive, received::add).code())
        .isEqualTo(NotificationCode.BAD_MESSAGE_LENGTH);
    assertThat(received).isEmpty();
  }

  @Test
  void knowsHowMuchOfAMessageItHolds() {
    BgpFrameDecoder frames = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
    ByteBuf keepalive = Messages.encoded(new Keepalive(), Messages.WIDE);
    frames.feed(keepalive.readSlice(7), whole -> true);
    assertThat(frames.pending()).isEqualTo(7);
    frames.feed(keepalive, whole -> true);
    assertThat(frames.pending()).isZero();
  }

  @Test
  void worksInAPipeline() {
    EmbeddedChannel channel =
        new EmbeddedChannel(new BgpFrameHandler(new BgpFrameDecoder(BgpMessage.MAX_LENGTH)));
    ByteBuf stream = Messages.encoded(new Keepalive(), Messages.WIDE);
    MessageCodec.encode(Update.END_OF_RIB, Messages.WIDE, stream);
    stream.writeZero(19);
    channel.writeInbound(stream.readRetainedSlice(25), stream.readRetainedSlice(36));
    ByteBuf first = channel.readInbound();
    ByteBuf second = channel.readInbound();
    assertThat(MessageCodec.decode(first, Messages.WIDE)).isEqualTo(new Keepalive());
    assertThat(MessageCodec.decode(second, Messages.WIDE)).isEqualTo(Update.END_OF_RIB);
    Malformed malformed = channel.readInbound();
    assertThat(malformed.error().code()).isEqualTo(NotificationCode.CONNECTION_NOT_SYNCHRONIZED);
    first.release();
    second.release();
    assertThat(channel.finish()).isFalse();
    assertThat(stream.refCnt()).isEqualTo(1);
  }
}
