package io.holdfast.bgp.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.attribute.RawAttribute;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UpdatePackerTest {
  @Test
  void packsThousandsOfPrefixesIntoFullMessages() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    PathAttributes attributes = Messages.attributes(random);
    long[] prefixes = Messages.nlri(random, 10_000).toArray();
    for (SessionOptions options : List.of(Messages.WIDE, Messages.NARROW)) {
      ByteBuf announcements = Unpooled.buffer();
      int messages = UpdatePacker.announce(attributes, prefixes, 1, 9_998, options, announcements);
      List<Long> announced = new ArrayList<>();
      List<Integer> lengths = new ArrayList<>();
      for (Update update : updates(announcements, options, lengths)) {
        assertThat(update.attributes()).as("seed %d", seed).isEqualTo(attributes);
        update.announced().forEach(announced::add);
      }
      assertThat(lengths).hasSize(messages);
      assertThat(lengths.subList(0, messages - 1)).allMatch(length -> length > 4096 - 5);
      assertThat(announced).containsExactlyElementsOf(boxed(prefixes, 1, 9_999));

      ByteBuf withdrawals = Unpooled.buffer();
      UpdatePacker.withdraw(prefixes, 0, 10_000, options, withdrawals);
      List<Long> withdrawn = new ArrayList<>();
      for (Update update : updates(withdrawals, options, lengths)) {
        update.withdrawn().forEach(withdrawn::add);
      }
      assertThat(withdrawn).containsExactlyElementsOf(boxed(prefixes, 0, 10_000));
    }
  }

  @Test
  void nothingToSayIsNoMessage() {
    ByteBuf out = Unpooled.buffer();
    assertThat(UpdatePacker.withdraw(new long[0], 0, 0, Messages.WIDE, out)).isZero();
    assertThat(out.readableBytes()).isZero();
  }

  @Test
  void refusesAttributesThatFillAMessageAlone() {
    PathAttributes huge =
        PathAttributes.builder().raw(new RawAttribute(0xE0, 99, Bytes.of(new byte[4070]))).build();
    ByteBuf out = Unpooled.buffer();
    assertThatThrownBy(() -> UpdatePacker.announce(huge, new long[] {0}, 0, 1, Messages.WIDE, out))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(out.readableBytes()).isZero();
  }

  private static List<Long> boxed(long[] prefixes, int from, int to) {
    List<Long> boxed = new ArrayList<>();
    for (int i = from; i < to; i++) {
      boxed.add(prefixes[i]);
    }
    return boxed;
  }

  private static List<Update> updates(
      ByteBuf stream, SessionOptions options, List<Integer> lengths) {
    List<Update> updates = new ArrayList<>();
    lengths.clear();
    assertThat(
            new BgpFrameDecoder(BgpMessage.MAX_LENGTH)
                .feed(
                    stream,
                    whole -> {
                      lengths.add(whole.readableBytes());
                      return updates.add((Update) MessageCodec.decode(whole, options));
                    }))
        .isNull();
    return updates;
  }
}
