package io.holdfast.bgp.config;

import io.holdfast.logstore.config.ConfigSection;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold beyond the schema. Each method checks one part and notes problems at their places;
 * values that the schema has refused read as absent and are passed over.
 */
final class SpeakerCheck {

  /** RFC 6793: stands for an AS number that does not fit two octets; nobody's own. */
  private static final long AS_TRANS = 23456;

  /**
   * RFC 7300: the last of the two-octet numbers is reserved (the last of all is not in the schema).
   */
  private static final long LAST_OF_TWO_OCTETS = 65535;

  private final ConfigSection root;

  private SpeakerCheck(ConfigSection root) {
    this.root = root;
  }

  static void check(ConfigSection root) {
    SpeakerCheck check = new SpeakerCheck(root);
    check.router();
    check.prefixSets();
    check.policies();
    root.section("templates").sectionsByName().values().forEach(check::settings);
    check.peers();
    check.originate();
  }

  private void router() {
    ConfigSection router = root.section("router");
    asNumber(router);
    address(router, "router-id")
        .filter(Inet4Address::isAnyLocalAddress)
        .ifPresent(
            id ->
                router.problem(
                    "router-id", "0.0.0.0 as router-id; allowed: any other address (RFC 6286)"));
  }

  private void prefixSets() {
    ConfigSection sets = root.section("prefix-sets");
    for (String name : sets.names()) {
      List<Optional<String>> items = sets.texts(name);
      for (int i = 0; i < items.size(); i++) {
        int index = i;
        items.get(i).flatMap(SpeakerCheck::wrongRange).ifPresent(p -> sets.problem(name, index, p));
      }
    }
  }

  private static Optional<String> wrongRange(String item) {
    if (!item.matches("[0-9.]+/[0-9]+( +ge +[0-9]+)?( +le +[0-9]+)?")) {
      return Optional.empty(); // the schema has said so
    }
    Optional<RangeText> range = RangeText.parse(item);
    if (range.isEmpty()) {
      return Optional.of("\"" + item + "\" is no prefix; allowed: an IPv4 prefix like 10.0.0.0/8");
    }
    if (range.get().prefix().hostBits()) {
      return Optional.of(hostBits(item.split(" ", 2)[0], range.get().prefix()));
    }
    return range.get().inOrder()
        ? Optional.empty()
        : Optional.of("\"" + item + "\" holds no prefix; allowed: prefix length <= ge <= le <= 32");
  }

  private void policies() {
    ConfigSection policies = root.section("policies");
    for (String name : policies.names()) {
      for (ConfigSection rule : policies.sections(name)) {
        known(rule.section("match"), "prefix-set", "prefix set", root.section("prefix-sets"));
      }
    }
  }

  /** What may stand in a template and at a peer. */
  private void settings(ConfigSection settings) {
    asNumber(settings);
    address(settings, "local-address")
        .filter(SpeakerCheck::noUnicast)
        .ifPresent(a -> settings.problem("local-address", notUnicast(a)));
    settings
        .number("hold-time")
        .filter(seconds -> seconds == 1 || seconds == 2)
        .ifPresent(
            seconds ->
                settings.problem(
                    "hold-time",
                    "a hold-time of "
                        + seconds
                        + "; allowed: 0, or 3 to 65535 seconds (RFC 4271 section 4.2)"));
    settings
        .duration("connect-retry")
        .filter(Duration::isZero)
        .ifPresent(
            d ->
                settings.problem(
                    "connect-retry", "a connect-retry of nothing; allowed: more than 0"));
    known(settings, "import", "policy", root.section("policies"));
    known(settings, "export", "policy", root.section("policies"));
  }

  private void peers() {
    Map<String, Integer> names = new HashMap<>();
    Map<Inet4Address, String> addresses = new HashMap<>();
    for (ConfigSection peer : root.sections("peers")) {
      settings(peer);
      known(peer, "use", "template", root.section("templates"));
      String name = peer.text("name").orElse("");
      Integer line = names.putIfAbsent(name, peer.line("name"));
      if (line != null && !name.isEmpty()) {
        peer.problem(
            "name",
            "a second peer called \""
                + name
                + "\"; the first is in line "
                + line
                + ", names must differ");
      }
      address(peer, "address").ifPresent(address -> peerAddress(peer, name, address, addresses));
      needsAs(peer);
    }
  }

  private static void peerAddress(
      ConfigSection peer, String name, Inet4Address address, Map<Inet4Address, String> taken) {
    if (noUnicast(address)) {
      peer.problem("address", notUnicast(address));
      return;
    }
    String other = taken.putIfAbsent(address, name);
    if (other != null) {
      peer.problem(
          "address",
          address.getHostAddress()
              + " is the address of peer \""
              + other
              + "\" already; addresses must differ");
    }
  }

  private void needsAs(ConfigSection peer) {
    String use = peer.text("use").orElse("");
    ConfigSection templates = root.section("templates");
    boolean brokenUse = peer.has("use") && !templates.has(use);
    if (!peer.has("as") && !templates.section(use).has("as") && !brokenUse) {
      peer.problem(
          "no key as in peer \""
              + peer.text("name").orElse("?")
              + "\"; it is required here or in a template");
    }
  }

  private void originate() {
    Map<PrefixConfig, Integer> seen = new HashMap<>();
    for (ConfigSection originate : root.sections("originate")) {
      String text = originate.text("prefix").orElse("");
      if (text.matches("[0-9.]+/[0-9]+")) {
        AddressText.prefix(text)
            .ifPresentOrElse(
                prefix -> originated(originate, text, prefix, seen),
                () ->
                    originate.problem(
                        "prefix",
                        "\""
                            + text
                            + "\" is no prefix; allowed: an IPv4 prefix like 203.0.113.0/24"));
      }
      if (originate.text("next-hop").filter(t -> t.matches("[0-9.]+")).isPresent()) {
        address(originate, "next-hop")
            .filter(SpeakerCheck::noUnicast)
            .ifPresent(a -> originate.problem("next-hop", notUnicast(a)));
      }
    }
  }

  private static void originated(
      ConfigSection originate,
      String text,
      AddressText.Parsed prefix,
      Map<PrefixConfig, Integer> seen) {
    if (prefix.hostBits()) {
      originate.problem("prefix", hostBits(text, prefix));
      return;
    }
    Integer line = seen.putIfAbsent(prefix.lowest(), originate.line("prefix"));
    if (line != null) {
      originate.problem("prefix", text + " again; it stands in line " + line + " already");
    }
  }

  private static void asNumber(ConfigSection section) {
    section
        .number("as")
        .filter(as -> as == AS_TRANS || as == LAST_OF_TWO_OCTETS)
        .ifPresent(
            as ->
                section.problem(
                    "as",
                    "AS "
                        + as
                        + " is reserved ("
                        + (as == AS_TRANS ? "RFC 6793" : "RFC 7300")
                        + "); allowed: an AS number that can be somebody's"));
  }

  /** The address under {@code key}; notes one that has the form of an address and is none. */
  private static Optional<Inet4Address> address(ConfigSection section, String key) {
    Optional<String> text = section.text(key).filter(t -> t.matches("[0-9.]+"));
    Optional<Inet4Address> address = text.flatMap(AddressText::address);
    if (text.isPresent()
        && address.isEmpty()
        && text.get().matches("[0-9]{1,3}([.][0-9]{1,3}){3}")) {
      section.problem(
          key, "\"" + text.get() + "\" is no address; allowed: an IPv4 address like 192.0.2.1");
    }
    return address;
  }

  private static void known(ConfigSection section, String key, String what, ConfigSection names) {
    section
        .text(key)
        .filter(name -> !names.has(name))
        .ifPresent(name -> section.unknownName(key, what, name, names.names()));
  }

  private static boolean noUnicast(Inet4Address address) {
    return address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || Set.of("255.255.255.255").contains(address.getHostAddress());
  }

  private static String notUnicast(Inet4Address address) {
    return address.getHostAddress() + " is nobody's address; allowed: a unicast address";
  }

  private static String hostBits(String text, AddressText.Parsed prefix) {
    return text + " has host bits set; allowed: " + prefix.lowest();
  }
}
