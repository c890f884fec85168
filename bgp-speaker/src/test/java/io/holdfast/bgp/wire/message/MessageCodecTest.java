package io.holdfast.bgp.wire.message;

import static io.holdfast.bgp.wire.message.Messages.EXTERNAL;
import static io.holdfast.bgp.wire.message.Messages.NARROW;
import static io.holdfast.bgp.wire.message.Messages.WIDE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.capability.Capability;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
  private static final String MARKER = "ffffffffffffffffffffffffffffffff";

  @Test
  void writesTheKeepaliveOfNineteenOctets() {
    golden(new Keepalive(), MARKER + "001304");
  }

  @Test
  void writesAnOpenWithItsCapabilitiesInOneParameter() {
    golden(
        Open.of(65002, 9, 0x0A4D0002, List.of(AfiSafi.IPV4_UNICAST)),
        MARKER + "002d01 04 fdea 0009 0a4d0002 10 02 0e 0104 00010001 0200 4104 0000fdea");
  }

  @Test
  void writesAnOpenOfAFourOctetSpeakerWithAsTrans() {
    Open open = Open.of(4_200_000_001L, 90, 1, List.of(AfiSafi.IPV4_UNICAST));
    assertThat(open.myAs()).isEqualTo(Open.AS_TRANS);
    assertThat(open.asn()).isEqualTo(4_200_000_001L);
    golden(open, MARKER + "002d01 04 5ba0 005a 00000001 10 02 0e 0104 00010001 0200 4104 fa56ea01");
  }

  @Test
  void writesANotificationWithItsData() {
    golden(new Notification(6, 2, Bytes.ofHex("03627965")), MARKER + "001903 06 02 03627965");
  }

  @Test
  void writesARouteRefresh() {
    golden(new RouteRefresh(AfiSafi.IPV4_UNICAST), MARKER + "001705 0001 00 01");
  }

  @Test
  void writesTheEndOfRibAsAnEmptyUpdate() {
    golden(Update.END_OF_RIB, MARKER + "001702 0000 0000");
  }

  @Test
  void writesAnUpdateWithWithdrawnAndAnnouncedRoutes() {
    PathAttributes attributes =
        PathAttributes.builder()
            .origin(Origin.IGP)
            .asPath(AsPath.sequence(65001, 65010))
            .nextHop(Prefixes.parseAddress("10.77.0.1"))
            .med(5)
            .build();
    Update update =
        new Update(
            Nlri.of(Prefixes.parse("198.51.100.0/24")),
            attributes,
            Nlri.of(Prefixes.parse("203.0.113.128/25"), Prefixes.parse("0.0.0.0/0")),
            null,
            List.of());
    golden(
        update,
        MARKER
            + "004002 0004 18c63364"
            + "001f 40010100 40020a 0202 0000fde9 0000fdf2 4003040a4d0001 80040400000005"
            + "19cb007180 00");
  }

  private static void golden(BgpMessage message, String hex) {
    assertThat(Messages.hex(message, WIDE)).isEqualTo(hex.replace(" ", ""));
    assertThat(Messages.decode(hex, WIDE)).isEqualTo(message);
  }

  @Test
  void everyMessageComesBackAsItWas() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      BgpMessage message = Messages.random(random);
      for (SessionOptions options : List.of(WIDE, NARROW)) {
        ByteBuf encoded = Messages.encoded(message, options);
        assertThat(MessageCodec.decode(encoded, options))
            .as("seed %d, message %d, %s", seed, i, options)
            .isEqualTo(message);
      }
    }
  }

  @Test
  void refusesToWriteAMessageThatIsTooLong() {
    Nlri many = Messages.nlri(new SplittableRandom(1), 2000);
    assertThatThrownBy(() -> Messages.encoded(Update.withdraw(many), WIDE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096");
  }

  @Test
  void readsTheOldRouteRefreshCodeAndKeepsUnknownCapabilities() {
    Open open =
        (Open)
            Messages.decode(
                MARKER + "002b01 04 fdea 0009 0a4d0002 0e 02 02 8000 02 08 4704aabbccdd 0200",
                WIDE);
    assertThat(open.routeRefresh()).isTrue();
    assertThat(open.fourOctetAs()).isFalse();
    assertThat(open.asn()).isEqualTo(65002);
    assertThat(open.families()).containsExactly(AfiSafi.IPV4_UNICAST);
    assertThat(open.capabilities())
        .containsExactly(
            new Capability.RouteRefresh(), new Capability.Unknown(0x47, Bytes.ofHex("aabbccdd")));
  }

  @Test
  void aKnownCapabilityOfTheWrongLengthHasNoEffect() {
    Open open =
        (Open) Messages.decode(MARKER + "002301 04 fdea 0009 0a4d0002 06 02 04 4102 fdea", WIDE);
    assertThat(open.fourOctetAs()).isFalse();
    assertThat(open.asn()).isEqualTo(65002);
  }

  @Test
  void namesWhatIsWrongWithAnOpen() {
    openError("05 fdea 0009 0a4d0002 00", NotificationCode.UNSUPPORTED_VERSION, "0004");
    openError("04 0000 0009 0a4d0002 00", NotificationCode.BAD_PEER_AS, "");
    openError("04 fdea 0002 0a4d0002 00", NotificationCode.UNACCEPTABLE_HOLD_TIME, "");
    openError("04 fdea 0009 00000000 00", NotificationCode.BAD_BGP_IDENTIFIER, "");
    openError(
        "04 fdea 0009 0a4d0002 03 01 01 00", NotificationCode.UNSUPPORTED_OPTIONAL_PARAMETER, "");
    openError("04 fdea 0009 0a4d0002 02", NotificationCode.OPEN_UNSPECIFIC, "");
    openError("04 fdea 0009 0a4d0002 03 02 05 41", NotificationCode.OPEN_UNSPECIFIC, "");
    openError("04 fdea 0009 0a4d0002 04 02 02 4104", NotificationCode.OPEN_UNSPECIFIC, "");
    openError("04 fdea 0009 0a4d0002 08 02 06 4104 00000000", NotificationCode.BAD_PEER_AS, "");
  }

  private static void openError(String body, NotificationCode code, String data) {
    String octets = body.replace(" ", "");
    String length = String.format("%04x", 19 + octets.length() / 2);
    Decoded decoded = Messages.decode(MARKER + length + "01" + octets, WIDE);
    assertThat(decoded).isInstanceOf(Malformed.class);
    assertThat(((Malformed) decoded).notification())
        .isEqualTo(new Notification(code.code(), code.subcode(), Bytes.ofHex(data)));
  }

  @Test
  void namesWhatIsWrongWithAHeader() {
    headerError(
        "00" + MARKER.substring(2) + "001304", NotificationCode.CONNECTION_NOT_SYNCHRONIZED, "");
    headerError(MARKER + "001204", NotificationCode.BAD_MESSAGE_LENGTH, "0012");
    headerError(MARKER + "100102", NotificationCode.BAD_MESSAGE_LENGTH, "1001");
    headerError(MARKER + "00140400", NotificationCode.BAD_MESSAGE_LENGTH, "0014");
    headerError(MARKER + "001c01", NotificationCode.BAD_MESSAGE_LENGTH, "001c");
    headerError(MARKER + "001602", NotificationCode.BAD_MESSAGE_LENGTH, "0016");
    headerError(MARKER + "001403", NotificationCode.BAD_MESSAGE_LENGTH, "0014");
    headerError(MARKER + "001306", NotificationCode.BAD_MESSAGE_TYPE, "06");
    headerError(MARKER + "001300", NotificationCode.BAD_MESSAGE_TYPE, "00");
  }

  private static void headerError(String hex, NotificationCode code, String data) {
    Decoded decoded = Messages.decode(hex, EXTERNAL);
    assertThat(decoded).isInstanceOf(Malformed.class);
    assertThat(((Malformed) decoded).notification())
        .isEqualTo(new Notification(code.code(), code.subcode(), Bytes.ofHex(data)));
    BgpFrameDecoder frames = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
    assertThat(frames.feed(Messages.bytes(hex), whole -> true))
        .isEqualTo(((Malformed) decoded).error());
  }
}
