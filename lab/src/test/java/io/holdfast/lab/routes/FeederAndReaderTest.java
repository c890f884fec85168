package io.holdfast.lab.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.BgpFrameDecoder;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.message.Update;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FeederAndReaderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final SessionOptions WIDE = SessionOptions.of(true, false);

  @Test
  void theReaderHoldsWhatTheFeederAnnounced() throws Exception {
    RouteTable table = TableGenerator.generate(7, 20_000).announcedBy(65001, 0x0A4D0001);
    try (Pair pair = new Pair()) {
      pair.feeder.feed(table);
      assertThat(pair.reader.await(count -> count.endOfRibs() == 1, PATIENCE)).isTrue();
      assertThat(pair.reader.count().routes()).isEqualTo(20_000);
      assertThat(pair.reader.digest()).isEqualTo(table.digest());
      pair.feeder.send(table.withdrawals(WIDE));
      assertThat(pair.reader.await(count -> count.routes() == 0, PATIENCE)).isTrue();
      assertThat(pair.reader.count().validWithdrawals()).isEqualTo(20_000);
      assertThat(pair.reader.count().end()).isNull();
    }
  }

  @Test
  void theReaderSeesTheNotificationWhenTheFeederSaysGoodbye() throws Exception {
    try (Pair pair = new Pair()) {
      pair.feeder.close();
      assertThat(pair.reader.await(count -> count.end() != null, PATIENCE)).isTrue();
      assertThat(pair.reader.count().notifications()).isEqualTo(1);
      assertThat(pair.reader.count().end()).contains("Administrative Shutdown");
    }
  }

  @Test
  void aSessionOutlivesItsHoldTimeOnKeepalivesAlone() throws Exception {
    try (Pair pair = new Pair()) {
      assertThat(pair.reader.await(count -> count.end() != null, Duration.ofMillis(3500)))
          .isFalse();
    }
  }

  @Test
  void theSameSeedGivesTheSameTableAndAnotherAnother() {
    long digest = TableGenerator.generate(1, 5000).digest();
    assertThat(TableGenerator.generate(1, 5000).digest()).isEqualTo(digest);
    assertThat(TableGenerator.generate(2, 5000).digest()).isNotEqualTo(digest);
  }

  @Test
  void aGeneratedTableHasTheShapeOfThePublicOne() {
    RouteTable table = TableGenerator.generate(3, 60_000);
    assertThat(table.size()).isEqualTo(60_000);
    assertThat(table.groups().size()).isBetween(8_000, 12_000);
    Set<Long> prefixes = new HashSet<>();
    table.groups().forEach(group -> group.prefixes().forEach(prefixes::add));
    assertThat(prefixes).hasSize(60_000);
    double hops =
        table.groups().stream()
            .mapToInt(group -> group.attributes().asPathLength())
            .average()
            .orElse(0);
    assertThat(hops).isBetween(3.0, 5.0);
  }

  @Test
  void aFullFeedDecodesToWhatItWasPackedFrom() throws Exception {
    RouteTable table = fullFeed().announcedBy(65001, 0x0A4D0001);
    assertThat(table.size()).isGreaterThan(315_000);
    byte[] stream = table.announcements(WIDE);
    TableDigest digest = new TableDigest();
    BgpFrameDecoder frames = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
    for (int from = 0; from < stream.length; from += 1461) {
      int count = Math.min(1461, stream.length - from);
      var error =
          frames.feed(
              Unpooled.wrappedBuffer(stream, from, count),
              whole -> {
                Update update = (Update) MessageCodec.decode(whole, WIDE);
                PathAttributes attributes = update.attributes();
                update.announced().forEach(prefix -> digest.add(prefix, attributes));
                return update.errors().isEmpty();
              });
      assertThat(error).isNull();
    }
    assertThat(frames.pending()).isZero();
    assertThat(digest.value()).isEqualTo(table.digest());
  }

  private static RouteTable fullFeed() throws IOException {
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      Path file = up.resolve("../shared/routes/rrc06-2010-two-feeds.tdv2.gz").normalize();
      if (Files.exists(file)) {
        return MrtTable.read(file, 0);
      }
    }
    assumeTrue(false, "no ../shared/routes/rrc06-2010-two-feeds.tdv2.gz beside the checkout");
    throw new AssertionError();
  }

  /** A feeder and a reader that talk to each other over loopback, hold time 3 s. */
  private static final class Pair implements AutoCloseable {
    final RouteReader reader;
    final RouteFeeder feeder;

    Pair() throws Exception {
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      InetAddress loopback = InetAddress.getLoopbackAddress();
      CompletableFuture<RouteReader> listening =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return RouteReader.start(
                      new BgpEndpoint.Settings(loopback, loopback, port, 65002, 2, 3),
                      true,
                      PATIENCE,
                      reason -> {});
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      feeder =
          RouteFeeder.start(
              new BgpEndpoint.Settings(null, loopback, port, 65001, 1, 3),
              false,
              PATIENCE,
              reason -> {});
      reader = listening.join();
    }

    @Override
    public void close() {
      feeder.close();
      reader.close();
    }
  }
}
