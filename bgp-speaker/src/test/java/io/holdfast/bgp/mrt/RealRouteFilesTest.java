package io.holdfast.bgp.mrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.Malformed;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.message.Update;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what collectors published; each test is skipped, with the reason, without the files. */
class RealRouteFilesTest {
  private static Path file(String name) {
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      Path candidate = up.resolve("../shared/routes").resolve(name).normalize();
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    assumeTrue(false, "no ../shared/routes/" + name + " beside the checkout");
    throw new AssertionError();
  }

  /** Routes by peer, records that were skipped, and attribute sets, of a table. */
  private static final class Census {
    final Map<Object, Integer> routes = new HashMap<>();
    final Map<String, Integer> skipped = new TreeMap<>();
    final Map<String, Integer> errors = new TreeMap<>();
    final Set<PathAttributes> sets = new HashSet<>();
    int messages;
    int stateChanges;
    int malformed;
    int announced;
    int withdrawn;

    Census(Path file) throws IOException {
      try (MrtReader reader = MrtReader.open(file)) {
        for (MrtRecord record = reader.next(); record != null; record = reader.next()) {
          take(record);
        }
      }
    }

    private void take(MrtRecord record) {
      switch (record) {
        case MrtRecord.PeerIndexTable table -> assertThat(table.peers()).isNotEmpty();
        case MrtRecord.RibIpv4 rib ->
            rib.routes().forEach(route -> route(route.peerIndex(), route.attributes()));
        case MrtRecord.TableDump dump -> route(dump.peer(), dump.attributes());
        case MrtRecord.Message message -> message(message);
        case MrtRecord.StateChange change -> stateChanges++;
        case MrtRecord.Skipped skip ->
            skipped.merge(skip.type() + "/" + skip.subtype(), 1, Integer::sum);
      }
    }

    private void route(Object peer, PathAttributes attributes) {
      routes.merge(peer, 1, Integer::sum);
      sets.add(attributes);
    }

    private void message(MrtRecord.Message message) {
      messages++;
      SessionOptions options = new SessionOptions(message.fourOctetAs(), true, 65535);
      switch (MessageCodec.decode(Unpooled.wrappedBuffer(message.message().toArray()), options)) {
        case Malformed(MessageError error) -> {
          malformed++;
          errors.merge(error.detail(), 1, Integer::sum);
        }
        case Update update -> {
          announced += update.announced().size();
          withdrawn += update.withdrawn().size();
          update.errors().forEach(error -> errors.merge(error.detail(), 1, Integer::sum));
        }
        default -> {}
      }
    }

    @Override
    public String toString() {
      return "routes %s skipped %s sets %d messages %d states %d malformed %d +%d -%d errors %s"
          .formatted(
              routes,
              skipped,
              sets.size(),
              messages,
              stateChanges,
              malformed,
              announced,
              withdrawn,
              errors);
    }
  }

  @Test
  void bothFeedsOfRrc06HoldAFullTable() throws IOException {
    Census census = new Census(file("rrc06-2010-two-feeds.tdv2.gz"));
    assertThat(census.routes.values().stream().filter(routes -> routes > 315_000))
        .as(census.toString())
        .hasSize(2);
    assertThat(census.skipped).isEmpty();
  }

  @Test
  void aTableInTheOldFormatReads() throws IOException {
    Census census = new Census(file("bview.20020722.2337.gz"));
    assertThat(census.routes).isNotEmpty();
    assertThat(census.sets).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bview.ipv4_unicast_add_path.gz", "bview.ipv6_unicast_add_path.gz"})
  void addPathIsSkippedAndCounted(String name) throws IOException {
    Census census = new Census(file(name));
    assertThat(census.skipped).isNotEmpty();
    assertThat(census.routes).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"updates.20070211.0141.gz", "updates.20160811.1600.gz"})
  void realUpdatesDecodeWithoutASessionReset(String name) throws IOException {
    Census census = new Census(file(name));
    assertThat(census.messages).isPositive();
    assertThat(census.malformed).as(census.toString()).isZero();
    assertThat(census.announced + census.withdrawn).isPositive();
  }

  @Test
  void aVeryLongWithdrawalOfAnotherFamilyIsIgnored() throws IOException {
    Census census = new Census(file("updates.long_withdrawal.gz"));
    assertThat(census.messages).isEqualTo(1);
    assertThat(census.malformed).as(census.toString()).isZero();
    assertThat(census.announced + census.withdrawn).isZero();
  }

  @Test
  void aPrefixThatTheMessageCutsShortIsAnInvalidNetworkField() throws IOException {
    Census census = new Census(file("updates.nlri_mask_trailing_bits.gz"));
    assertThat(census.errors).containsOnlyKeys("bad prefix");
    assertThat(census.malformed).isEqualTo(1);
  }

  @Test
  void aRecordOfMoreThan64KilobytesReads() throws IOException {
    Census census = new Census(file("bview.64k_stream_overflow.gz"));
    assertThat(census.routes.size() + census.skipped.size()).isPositive();
  }
}
