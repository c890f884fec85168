package io.holdfast.bgp.wire.message;

import static io.holdfast.bgp.wire.message.Messages.EXTERNAL;
import static io.holdfast.bgp.wire.message.Messages.WIDE;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.wire.ErrorAction;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.AttributeType;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.attribute.RawAttribute;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7606 attribute by attribute: what is malformed, and what follows. */
class UpdateErrorsTest {
  private static final String ORIGIN = "40010100";
  private static final String AS_PATH = "400206 0201 0000fde9";
  private static final String NEXT_HOP = "400304 0a4d0001";
  private static final String MANDATORY = ORIGIN + AS_PATH + NEXT_HOP;
  private static final String NLRI = "18cb0071";
  private static final long PREFIX = Prefixes.parse("203.0.113.0/24");

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // what, attributes, action, code
    "origin of two octets, 4001020000|P|N, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "origin 3, 40010103|P|N, TREAT_AS_WITHDRAW, INVALID_ORIGIN",
    "origin flagged optional, c0010100|P|N, TREAT_AS_WITHDRAW, ATTRIBUTE_FLAGS",
    "origin twice, O|40010101|P|N, ATTRIBUTE_DISCARD, MALFORMED_ATTRIBUTE_LIST",
    "no origin, P|N, TREAT_AS_WITHDRAW, MISSING_WELL_KNOWN",
    "no as-path, O|N, TREAT_AS_WITHDRAW, MISSING_WELL_KNOWN",
    "no next-hop, O|P, TREAT_AS_WITHDRAW, MISSING_WELL_KNOWN",
    "path segment of kind 5, O|400206050100000001|N, TREAT_AS_WITHDRAW, MALFORMED_AS_PATH",
    "path segment of a confederation, O|400206030100000001|N, TREAT_AS_WITHDRAW, MALFORMED_AS_PATH",
    "path segment cut short, O|400206020200000001|N, TREAT_AS_WITHDRAW, MALFORMED_AS_PATH",
    "path segment of no AS, O|4002020200|N, TREAT_AS_WITHDRAW, MALFORMED_AS_PATH",
    "path with one octet left, O|40020702010000000102|N, TREAT_AS_WITHDRAW, MALFORMED_AS_PATH",
    "path with AS 0, O|400206020100000000|N, TREAT_AS_WITHDRAW, MALFORMED_AS_PATH",
    "path not transitive, O|000206020100000001|N, TREAT_AS_WITHDRAW, ATTRIBUTE_FLAGS",
    "next-hop of 5 octets, O|P|4003050a4d000100, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "next-hop 0.0.0.0, O|P|40030400000000, TREAT_AS_WITHDRAW, INVALID_NEXT_HOP",
    "next-hop multicast, O|P|400304e0000001, TREAT_AS_WITHDRAW, INVALID_NEXT_HOP",
    "med of 3 octets, M|800403000000, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "med transitive, M|c00404 00000001, TREAT_AS_WITHDRAW, ATTRIBUTE_FLAGS",
    "local-pref of 5 octets, M|4005050000000000, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "atomic-aggregate with a value, M|40060100, ATTRIBUTE_DISCARD, ATTRIBUTE_LENGTH",
    "atomic-aggregate flagged optional, M|c00600, TREAT_AS_WITHDRAW, ATTRIBUTE_FLAGS",
    "aggregator of 6 octets, M|c0070600010a000001, ATTRIBUTE_DISCARD, ATTRIBUTE_LENGTH",
    "aggregator AS 0, M|c00708000000000a000001, ATTRIBUTE_DISCARD, OPTIONAL_ATTRIBUTE",
    "communities of 3 octets, M|c00803000000, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "communities empty, M|c00800, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "originator-id of 3 octets, M|800903000000, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "cluster-list of 5 octets, M|800a050000000000, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "cluster-list empty, M|800a00, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "extended communities of 7 octets, M|c0100700000000000000, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "large communities of 11 octets, M|c0200b0000000000000000000000, TREAT_AS_WITHDRAW, ATTRIBUTE_LENGTH",
    "reserved code 0, M|c00001ff, ATTRIBUTE_DISCARD, MALFORMED_ATTRIBUTE_LIST",
    "unknown well-known, M|406300, SESSION_RESET, UNRECOGNIZED_WELL_KNOWN",
    "mp-reach twice, M|800e06000201000000|800e06000201000000, SESSION_RESET, MALFORMED_ATTRIBUTE_LIST",
    "mp-unreach twice, M|800f03000201|800f03000201, SESSION_RESET, MALFORMED_ATTRIBUTE_LIST",
    "mp-reach of 4 octets, M|800e0400010104, SESSION_RESET, ATTRIBUTE_LENGTH",
    "mp-reach with a next hop of 5, M|800e0a00010105010101010100, SESSION_RESET, OPTIONAL_ATTRIBUTE",
    "mp-reach with a bad prefix, M|800e0b000101040a4d0001002101, SESSION_RESET, OPTIONAL_ATTRIBUTE",
    "mp-unreach with a bad prefix, M|800f040001012101, SESSION_RESET, OPTIONAL_ATTRIBUTE",
    "attribute beyond the field, M|c00808ffff, TREAT_AS_WITHDRAW, MALFORMED_ATTRIBUTE_LIST",
    "attribute header cut short, M|c0, TREAT_AS_WITHDRAW, MALFORMED_ATTRIBUTE_LIST",
    "extended length cut short, M|d00800, TREAT_AS_WITHDRAW, MALFORMED_ATTRIBUTE_LIST"
  })
  void errorsOfAttributesHaveTheActionOfTheRfc(
      String what, String attributes, ErrorAction action, NotificationCode code) {
    String octets =
        attributes
            .replace("|", "")
            .replace("M", MANDATORY)
            .replace("O", ORIGIN)
            .replace("P", AS_PATH)
            .replace("N", NEXT_HOP);
    Decoded decoded = MessageCodec.decode(Messages.update("", octets, NLRI), WIDE);
    if (action == ErrorAction.SESSION_RESET) {
      assertThat(decoded).isInstanceOf(Malformed.class);
      MessageError error = ((Malformed) decoded).error();
      assertThat(error.action()).isEqualTo(ErrorAction.SESSION_RESET);
      assertThat(error.code()).isEqualTo(code);
      return;
    }
    Update update = (Update) decoded;
    assertThat(update.errorAction()).isEqualTo(action);
    assertThat(MessageError.strongest(update.errors()).code()).isEqualTo(code);
    if (action == ErrorAction.TREAT_AS_WITHDRAW) {
      assertThat(update.withdrawn()).isEqualTo(Nlri.of(PREFIX));
      assertThat(update.announced().isEmpty()).isTrue();
      assertThat(update.attributes()).isNull();
    } else {
      assertThat(update.announced()).isEqualTo(Nlri.of(PREFIX));
      assertThat(update.attributes()).isEqualTo(decode(MANDATORY).attributes());
    }
  }

  private static Update decode(String attributes) {
    Update update = (Update) MessageCodec.decode(Messages.update("", attributes, NLRI), WIDE);
    assertThat(update.errors()).isEmpty();
    return update;
  }

  @ParameterizedTest
  @CsvSource({"40050400000064", "80090400000001", "800a0400000001"})
  void attributesForInternalPeersAreDiscardedFromExternalOnes(String attribute) {
    Update update =
        (Update) MessageCodec.decode(Messages.update("", MANDATORY + attribute, NLRI), EXTERNAL);
    assertThat(update.errorAction()).isEqualTo(ErrorAction.ATTRIBUTE_DISCARD);
    assertThat(update.attributes()).isEqualTo(decode(MANDATORY).attributes());
    assertThat(decode(MANDATORY + attribute).attributes())
        .isNotEqualTo(decode(MANDATORY).attributes());
  }

  @Test
  void theStrongestErrorOfAMessageWins() {
    Decoded decoded =
        MessageCodec.decode(
            Messages.update("", MANDATORY + "40060100" + "c00800" + "406300", NLRI), WIDE);
    assertThat(decoded).isInstanceOf(Malformed.class);
  }

  @Test
  void anErrorWithoutAReachablePrefixResetsTheSession() {
    Decoded decoded = MessageCodec.decode(Messages.update("18cb0071", "4001020000", ""), WIDE);
    assertThat(decoded).isInstanceOf(Malformed.class);
  }

  @ParameterizedTest
  @CsvSource({"21, ''", "18cb00, ''", "'', 21", "'', 18cb00"})
  void aBadPrefixResetsTheSession(String withdrawn, String announced) {
    Decoded decoded = MessageCodec.decode(Messages.update(withdrawn, MANDATORY, announced), WIDE);
    assertThat(((Malformed) decoded).error().code())
        .isEqualTo(NotificationCode.INVALID_NETWORK_FIELD);
  }

  @ParameterizedTest
  @CsvSource({"0005 0000", "0000 0001", "ffff 0000"})
  void fieldLengthsThatDoNotFitResetTheSession(String body) {
    Decoded decoded = Messages.decode("ffffffffffffffffffffffffffffffff 0017 02" + body, WIDE);
    assertThat(((Malformed) decoded).error().code())
        .isEqualTo(NotificationCode.MALFORMED_ATTRIBUTE_LIST);
  }

  @Test
  void anUnknownTransitiveAttributeIsKeptAndMarkedPartial() {
    PathAttributes attributes = decode(MANDATORY + "c06302abcd").attributes();
    assertThat(attributes.unknown()).hasSize(1);
    RawAttribute raw = attributes.unknown().getFirst();
    assertThat(raw.code()).isEqualTo(0x63);
    assertThat(raw.flags()).isEqualTo(0xE0);
  }

  @Test
  void anUnknownNonTransitiveAttributeIsDropped() {
    assertThat(decode(MANDATORY + "806302abcd").attributes())
        .isEqualTo(decode(MANDATORY).attributes());
  }

  @Test
  void orderAndLengthFormOfAttributesDoNotMatter() {
    Update canonical = decode(MANDATORY + "80040400000005" + "c00804fde90001");
    Update shuffled =
        decode("d0080004fde90001" + "80040400000005" + NEXT_HOP + AS_PATH + "5001000100");
    assertThat(shuffled.attributes()).isEqualTo(canonical.attributes());
    assertThat(shuffled.attributes().hashCode()).isEqualTo(canonical.attributes().hashCode());
    assertThat(shuffled.attributes().med(0)).isEqualTo(5);
    assertThat(shuffled.attributes().hasCommunity(0xfde90001)).isTrue();
  }

  @Test
  void routesInMpReachAreThoseOfTheClassicField() {
    Update update =
        (Update)
            MessageCodec.decode(
                Messages.update(
                    "", ORIGIN + AS_PATH + "800e0d 0001 01 04 0a4d0001 00 18cb0071", ""),
                WIDE);
    assertThat(update).isEqualTo(decode(MANDATORY));
    Update withdrawal =
        (Update) MessageCodec.decode(Messages.update("", "800f07 0001 01 18cb0071", ""), WIDE);
    assertThat(withdrawal).isEqualTo(Update.withdraw(Nlri.of(PREFIX)));
  }

  @Test
  void otherFamiliesAreIgnored() {
    Update update =
        (Update)
            MessageCodec.decode(
                Messages.update(
                    "",
                    ORIGIN
                        + AS_PATH
                        + "800e1a 0002 01 10 20010db8000000000000000000000001 00 20 20010db8",
                    ""),
                WIDE);
    assertThat(update.announced().isEmpty()).isTrue();
    assertThat(update.errors()).isEmpty();
    assertThat(update.endOfRib()).isNull();
  }

  @Test
  void anEndOfRibNamesItsFamily() {
    Update ipv6 = (Update) MessageCodec.decode(Messages.update("", "800f03000201", ""), WIDE);
    assertThat(ipv6.endOfRib()).isEqualTo(AfiSafi.IPV6_UNICAST);
    assertThat(Messages.decode(Messages.hex(ipv6, WIDE), WIDE)).isEqualTo(ipv6);
    assertThat(MessageCodec.decode(Messages.update("", "", ""), WIDE)).isEqualTo(Update.END_OF_RIB);
  }

  @Test
  void bitsBeyondThePrefixLengthAreIgnored() {
    Update update = (Update) MessageCodec.decode(Messages.update("", MANDATORY, "0d0bff"), WIDE);
    assertThat(update.announced()).isEqualTo(Nlri.of(Prefixes.parse("11.248.0.0/13")));
  }

  @Test
  void anUpdateOfATwoOctetPeerGetsItsPathFromBothPaths() {
    // 65001 23456 23456 and AS4_PATH 4200000001 4200000002: RFC 6793 section 4.2.3.
    assertPath("0203 fde9 5ba0 5ba0", "0202 fa56ea01 fa56ea02", "65001 4200000001 4200000002");
    // Equally long: AS4_PATH alone.
    assertPath("0201 5ba0", "0201 fa56ea01", "4200000001");
    // Longer than AS_PATH: not believed.
    assertPath("0201 fde9", "0202 fa56ea01 fa56ea02", "65001");
    // A set counts one, and stays behind.
    assertPath(
        "0202 fde9 5ba0 0102 0001 0002",
        "0201 fa56ea01 0102 00000001 00000002",
        "65001 4200000001 {1,2}");
  }

  private static void assertPath(String path, String as4Path, String merged) {
    Update update =
        (Update)
            MessageCodec.decode(
                Messages.update(
                    "",
                    ORIGIN + attribute("4002", path) + NEXT_HOP + attribute("c011", as4Path),
                    NLRI),
                Messages.NARROW);
    assertThat(update.errors()).isEmpty();
    assertThat(update.attributes().asPath()).hasToString(merged);
  }

  private static String attribute(String head, String value) {
    String octets = value.replace(" ", "");
    return head + String.format("%02x", octets.length() / 2) + octets;
  }

  @Test
  void anAggregatorWithoutAsTransMakesTheFourOctetAttributesVoid() {
    Update update =
        (Update)
            MessageCodec.decode(
                Messages.update(
                    "",
                    ORIGIN
                        + attribute("4002", "0202 fde9 5ba0")
                        + NEXT_HOP
                        + attribute("c007", "fde9 0a000001")
                        + attribute("c011", "0201 fa56ea01")
                        + attribute("c012", "fa56ea01 0a000002"),
                    NLRI),
                Messages.NARROW);
    assertThat(update.attributes().asPath()).isEqualTo(AsPath.sequence(65001, 23456));
    assertThat(update.attributes().aggregator().asn()).isEqualTo(65001);
    assertThat(update.attributes().has(AttributeType.AS4_PATH)).isFalse();
  }

  @Test
  void aFourOctetPeersAs4PathIsIgnored() {
    assertThat(decode(MANDATORY + attribute("c011", "0201 fa56ea01")).attributes())
        .isEqualTo(decode(MANDATORY).attributes());
  }
}
