package io.holdfast.bgp.wire.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HostileInputTest {
  private static final List<SessionOptions> OPTIONS =
      List.of(Messages.WIDE, Messages.NARROW, Messages.EXTERNAL, SessionOptions.INITIAL);

  @Test
  void twoHundredThousandDamagedMessagesNeverThrow() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int malformed = 0;
    int good = 0;
    for (int i = 0; i < 200_000; i++) {
      SessionOptions options = OPTIONS.get(random.nextInt(OPTIONS.size()));
      byte[] octets = random.nextInt(8) == 0 ? noise(random) : damaged(random, options);
      try {
        Decoded decoded = MessageCodec.decode(Unpooled.wrappedBuffer(octets), options);
        if (decoded instanceof Malformed) {
          malformed++;
        } else {
          good++;
          readable(decoded, options);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + ", message " + i + ": " + ByteBufUtil.hexDump(octets), e);
      }
    }
    assertThat(malformed).isGreaterThan(10_000);
    assertThat(good).isGreaterThan(10_000);
  }

  /** What was accepted can be shown, and comes back as the same when it is sent on. */
  private static void readable(Decoded decoded, SessionOptions options) {
    if (decoded.hashCode() % 16 == 0) {
      assertThat(decoded.toString()).isNotNull();
    }
    if (decoded instanceof Update update && update.attributes() != null) {
      ByteBuf out = Unpooled.buffer();
      long[] prefixes = update.announced().toArray();
      SessionOptions wide = new SessionOptions(true, true, 65535);
      UpdatePacker.announce(update.attributes(), prefixes, 0, prefixes.length, wide, out);
      Update again = (Update) MessageCodec.decode(out, wide);
      assertThat(again.attributes()).isEqualTo(update.attributes());
      assertThat(again.announced()).isEqualTo(update.announced());
      assertThat(update.attributes().originAs()).isNotNegative();
      assertThat(update.attributes().neighborAs()).isNotNegative();
      if (!options.fourOctetAs()) {
        assertThat(update.attributes().encodedLength(false)).isPositive();
      }
    }
  }

  private static byte[] noise(SplittableRandom random) {
    byte[] octets = new byte[random.nextInt(200)];
    random.nextBytes(octets);
    if (octets.length >= 19) {
      frame(octets);
      octets[18] = (byte) random.nextInt(7);
    }
    return octets;
  }

  private static byte[] damaged(SplittableRandom random, SessionOptions options) {
    byte[] octets = ByteBufUtil.getBytes(Messages.encoded(Messages.random(random), options));
    for (int i = random.nextInt(5); i > 0; i--) {
      octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
    }
    if (random.nextInt(4) == 0) {
      octets = java.util.Arrays.copyOf(octets, random.nextInt(octets.length + 20));
    }
    if (octets.length >= 19 && random.nextInt(3) != 0) {
      frame(octets);
    }
    return octets;
  }

  /** Marker and length as they should be, so that the damage reaches the body. */
  private static void frame(byte[] octets) {
    java.util.Arrays.fill(octets, 0, 16, (byte) 0xFF);
    octets[16] = (byte) (octets.length >>> 8);
    octets[17] = (byte) octets.length;
  }
}
