package io.holdfast.bgp.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.bgp.fsm.SessionState;
import io.holdfast.bgp.policy.Policy;
import io.holdfast.bgp.session.MessageCounts;
import io.holdfast.bgp.session.Opening;
import io.holdfast.bgp.session.Peer;
import io.holdfast.bgp.session.PeerSettings;
import io.holdfast.bgp.session.SeenNotification;
import io.holdfast.bgp.session.Session;
import io.holdfast.bgp.wire.capability.Capability;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.nlri.Prefixes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One element of {@code show.bgp.neighbors}. Pure functions. */
final class NeighborAnswer {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  private NeighborAnswer() {}

  /**
   * @param uptimeSeconds null while not Established
   * @param accepted routes that passed import policy
   */
  static ObjectNode of(Peer peer, @Nullable Long uptimeSeconds, int accepted) {
    PeerSettings settings = peer.settings();
    Session session = peer.session();
    Open theirs = session == null ? null : session.peerOpen();
    boolean established = session != null && session.state() == SessionState.ESTABLISHED;
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer
        .put("name", settings.name())
        .put("address", Prefixes.addressText(settings.address()))
        .put("port", settings.port())
        .put(
            "localAddress",
            settings.localAddress() == 0 ? null : Prefixes.addressText(settings.localAddress()))
        .put("as", settings.as())
        .put("internal", settings.internal())
        .put("routerId", theirs == null ? null : Prefixes.addressText(theirs.bgpIdentifier()))
        .put("passive", settings.passive())
        .put("state", peer.state().text())
        .put("uptimeSeconds", uptimeSeconds)
        .put(
            "establishedAt",
            established ? time(Objects.requireNonNull(session).establishedAt()) : null);
    answer.set("connection", session == null ? null : connection(session));
    answer.set("timers", timers(settings, session, theirs != null));
    answer.set("capabilities", capabilities(session));
    answer.putArray("families").add("ipv4-unicast");
    answer
        .putObject("policies")
        .put("import", name(settings.imports()))
        .put("export", name(settings.exports()));
    answer
        .putObject("prefixes")
        .put("received", Answers.received(session))
        .put("accepted", accepted)
        .put("sent", Answers.sent(session));
    ObjectNode messages = answer.putObject("messages");
    messages.set("received", counts(session == null ? null : session.received()));
    messages.set("sent", counts(session == null ? null : session.sent()));
    answer.set("lastNotificationSent", notification(peer.lastNotificationSent()));
    answer.set("lastNotificationReceived", notification(peer.lastNotificationReceived()));
    answer.put("flaps", peer.flaps()).put("lastDownReason", peer.lastDownReason());
    return answer;
  }

  private static ObjectNode connection(Session session) {
    Opening opening = session.opening();
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", session.connection())
        .put("local", Prefixes.addressText(opening.localAddress()) + ":" + opening.localPort())
        .put("remote", Prefixes.addressText(opening.remoteAddress()) + ":" + opening.remotePort())
        .put("active", opening.ours());
  }

  private static ObjectNode timers(
      PeerSettings settings, @Nullable Session session, boolean negotiated) {
    Integer hold = session == null || !negotiated ? null : (Integer) session.holdSeconds();
    return JsonNodeFactory.instance
        .objectNode()
        .put("holdTimeSeconds", hold)
        .put("keepaliveSeconds", hold == null ? null : (Integer) (hold / 3))
        .put("configuredHoldTimeSeconds", settings.holdSeconds())
        .put("connectRetryMillis", settings.connectRetryMillis());
  }

  private static ObjectNode capabilities(@Nullable Session session) {
    Open ours = session == null ? null : session.ourOpen();
    Open theirs = session == null ? null : session.peerOpen();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set("sent", ours == null ? null : texts(ours));
    answer.set("received", theirs == null ? null : texts(theirs));
    answer.set("negotiated", ours == null || theirs == null ? null : common(ours, theirs));
    return answer;
  }

  private static ArrayNode texts(Open open) {
    ArrayNode texts = JsonNodeFactory.instance.arrayNode();
    for (Capability capability : open.capabilities()) {
      texts.add(
          switch (capability) {
            case Capability.Multiprotocol multi -> "multiprotocol " + multi.family();
            case Capability.RouteRefresh refresh -> "route-refresh";
            case Capability.FourOctetAs four -> "four-octet-as " + four.asn();
            case Capability.Unknown unknown -> "capability " + unknown.code();
          });
    }
    return texts;
  }

  private static ArrayNode common(Open ours, Open theirs) {
    ArrayNode common = JsonNodeFactory.instance.arrayNode();
    ours.families().stream()
        .filter(theirs.families()::contains)
        .forEach(family -> common.add("multiprotocol " + family));
    if (ours.routeRefresh() && theirs.routeRefresh()) {
      common.add("route-refresh");
    }
    if (ours.fourOctetAs() && theirs.fourOctetAs()) {
      common.add("four-octet-as");
    }
    return common;
  }

  /** Null where the configuration names none: those names have parentheses. */
  private static @Nullable String name(Policy policy) {
    return policy.name().startsWith("(") ? null : policy.name();
  }

  private static ObjectNode counts(@Nullable MessageCounts counts) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("open", counts == null ? 0 : counts.opens())
        .put("update", counts == null ? 0 : counts.updates())
        .put("notification", counts == null ? 0 : counts.notifications())
        .put("keepalive", counts == null ? 0 : counts.keepalives())
        .put("routeRefresh", counts == null ? 0 : counts.refreshes());
  }

  private static @Nullable ObjectNode notification(@Nullable SeenNotification seen) {
    return seen == null
        ? null
        : JsonNodeFactory.instance
            .objectNode()
            .put("at", time(seen.micros()))
            .put("code", seen.notification().code())
            .put("subcode", seen.notification().subcode())
            .put("text", seen.notification().text());
  }

  private static String time(long micros) {
    return TIME.format(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
  }
}
