package io.holdfast.bgp.daemon;

import io.holdfast.bgp.config.PeerConfig;
import io.holdfast.bgp.config.PolicyConfig;
import io.holdfast.bgp.config.PrefixConfig;
import io.holdfast.bgp.config.PrefixSetConfig;
import io.holdfast.bgp.config.SpeakerConfig;
import io.holdfast.bgp.policy.Policy;
import io.holdfast.bgp.policy.PrefixSet;
import io.holdfast.bgp.session.PeerSettings;
import io.holdfast.bgp.session.RouterSettings;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.holdfast.failover.records.PeerSpec;
import io.holdfast.failover.records.ServiceSpec;
import java.util.List;

/** From the configuration to what the speaker and failoverd are told. */
final class Settings {
  /** What failoverd knows us as. */
  static final String SERVICE = "bgp";

  private Settings() {}

  static RouterSettings router(SpeakerConfig config) {
    return new RouterSettings(
        config.router().as(),
        Addresses.bits(config.router().routerId()),
        config.originate().stream()
            .map(
                each ->
                    new RouterSettings.Originated(
                        packed(each.prefix()), each.nextHop().map(Addresses::bits).orElse(0)))
            .toList());
  }

  static List<PeerSettings> peers(SpeakerConfig config) {
    return config.peers().stream().map(peer -> peer(peer, config.router().as())).toList();
  }

  private static PeerSettings peer(PeerConfig peer, long localAs) {
    return new PeerSettings(
        peer.name(),
        Addresses.bits(peer.address()),
        peer.port(),
        peer.localAddress().map(Addresses::bits).orElse(0),
        peer.as(),
        peer.as() == localAs,
        peer.passive(),
        peer.holdTimeSeconds(),
        peer.connectRetry().toMillis(),
        policy(peer.importPolicy()),
        policy(peer.exportPolicy()),
        peer.nextHopSelf());
  }

  private static Policy policy(PolicyConfig policy) {
    return new Policy(
        policy.name(),
        policy.rules().stream()
            .map(
                rule ->
                    new Policy.Statement(
                        rule.prefixSet().map(Settings::prefixSet).orElse(null),
                        rule.verdict() == PolicyConfig.Verdict.ACCEPT))
            .toList());
  }

  private static PrefixSet prefixSet(PrefixSetConfig set) {
    return new PrefixSet(
        set.name(),
        set.ranges().stream()
            .map(range -> new PrefixSet.Range(packed(range.prefix()), range.from(), range.to()))
            .toList());
  }

  private static long packed(PrefixConfig prefix) {
    return Prefixes.of(Addresses.bits(prefix.network()), prefix.length());
  }

  /** What failoverd is to protect: our port, towards our peers. */
  static ServiceSpec service(SpeakerConfig config) {
    return new ServiceSpec(
        SERVICE,
        config.router().port(),
        config.peers().stream()
            .map(
                peer ->
                    new PeerSpec(
                        peer.address(),
                        peer.localAddress().orElse(Addresses.of(0)),
                        peer.passive() ? 0 : peer.port()))
            .toList());
  }
}
