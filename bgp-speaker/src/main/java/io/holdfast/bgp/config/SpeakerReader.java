package io.holdfast.bgp.config;

import io.holdfast.bgp.config.PolicyConfig.Rule;
import io.holdfast.bgp.config.PolicyConfig.Verdict;
import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.logstore.config.ConfigSection;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Builds the records from a file that was accepted, so nothing here can be missing or wrong. */
final class SpeakerReader {

  private final ConfigSection root;
  private final Map<String, PrefixSetConfig> prefixSets = new HashMap<>();
  private final Map<String, PolicyConfig> policies = new HashMap<>();

  SpeakerReader(ConfigSection root) {
    this.root = root;
  }

  SpeakerConfig read(FailoverConfig failover) {
    ConfigSection sets = root.section("prefix-sets");
    for (String name : sets.names()) {
      prefixSets.put(name, prefixSet(name, sets.texts(name)));
    }
    ConfigSection named = root.section("policies");
    for (String name : named.names()) {
      policies.put(
          name, new PolicyConfig(name, named.sections(name).stream().map(this::rule).toList()));
    }
    RouterConfig router = router(root.section("router"));
    return new SpeakerConfig(
        failover,
        router,
        root.sections("peers").stream().map(peer -> peer(peer, router)).toList(),
        root.sections("originate").stream().map(SpeakerReader::originate).toList());
  }

  private static RouterConfig router(ConfigSection router) {
    return new RouterConfig(
        router.number("as").orElseThrow(),
        address(router.text("router-id").orElseThrow()),
        router.number("port").orElse(PeerConfig.DEFAULT_PORT).intValue());
  }

  private static PrefixSetConfig prefixSet(String name, List<Optional<String>> items) {
    List<PrefixSetConfig.Range> ranges = new ArrayList<>();
    for (Optional<String> item : items) {
      ranges.add(RangeText.parse(item.orElseThrow()).orElseThrow().range());
    }
    return new PrefixSetConfig(name, ranges);
  }

  private Rule rule(ConfigSection rule) {
    return new Rule(
        rule.section("match").text("prefix-set").map(prefixSets::get),
        rule.text("do").orElseThrow().equals("accept") ? Verdict.ACCEPT : Verdict.REJECT);
  }

  private PeerConfig peer(ConfigSection peer, RouterConfig router) {
    ConfigSection template = root.section("templates").section(peer.text("use").orElse(""));
    Settings of = new Settings(peer, template);
    long as = of.get("as", s -> s.number("as")).orElseThrow();
    PolicyConfig unnamed = as == router.as() ? PolicyConfig.ACCEPT_ALL : PolicyConfig.REJECT_ALL;
    return new PeerConfig(
        peer.text("name").orElseThrow(),
        address(peer.text("address").orElseThrow()),
        as,
        of.get("passive", s -> s.flag("passive")).orElse(false),
        of.get("port", s -> s.number("port")).orElse(PeerConfig.DEFAULT_PORT).intValue(),
        of.get("local-address", s -> s.text("local-address")).map(t -> (InetAddress) address(t)),
        of.get("hold-time", s -> s.number("hold-time"))
            .orElse(PeerConfig.DEFAULT_HOLD_TIME_SECONDS)
            .intValue(),
        of.get("connect-retry", s -> s.duration("connect-retry"))
            .orElse(PeerConfig.DEFAULT_CONNECT_RETRY),
        of.get("import", s -> s.text("import")).map(policies::get).orElse(unnamed),
        of.get("export", s -> s.text("export")).map(policies::get).orElse(unnamed),
        List.of(PeerConfig.IPV4_UNICAST),
        of.get("next-hop-self", s -> s.flag("next-hop-self")).orElse(false));
  }

  /** What stands at the peer wins over its template. */
  private record Settings(ConfigSection peer, ConfigSection template) {

    private <T> Optional<T> get(String key, Function<ConfigSection, Optional<T>> read) {
      return read.apply(peer.has(key) ? peer : template);
    }
  }

  private static OriginateConfig originate(ConfigSection originate) {
    return new OriginateConfig(
        AddressText.prefix(originate.text("prefix").orElseThrow()).orElseThrow().lowest(),
        originate.text("next-hop").filter(t -> !t.equals("self")).map(SpeakerReader::address));
  }

  private static Inet4Address address(String text) {
    return AddressText.address(text).orElseThrow();
  }
}
