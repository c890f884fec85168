package io.holdfast.bgp.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.bgp.config.SpeakerConfig;
import io.holdfast.bgp.fsm.SessionState;
import io.holdfast.bgp.rib.AdjRibIn;
import io.holdfast.bgp.rib.AdjRibOut;
import io.holdfast.bgp.rib.Rib;
import io.holdfast.bgp.session.Peer;
import io.holdfast.bgp.session.Session;
import io.holdfast.bgp.session.Speaker;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.control.ControlServer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What bgpd answers on its control socket; docs/control-protocol.md says it key by key. Runs on the
 * event loop, during replay too. Owned by the event loop.
 */
final class Answers {
  private static final long SECOND_MICROS = 1_000_000;

  private final SpeakerLoop loop;
  private final boolean direct;

  Answers(SpeakerLoop loop, SpeakerConfig config) {
    this.loop = loop;
    this.direct = config.failover().transport() == FailoverConfig.Transport.DIRECT;
  }

  void addTo(ControlServer control) {
    control.command("show.bgp.summary", arguments -> summary());
    control.command("show.bgp.neighbors", this::neighbors);
    control.command(
        "show.bgp.ipv4.unicast",
        arguments -> RouteAnswer.of(loop.speaker().rib(), ControlServer.text(arguments, "prefix")));
  }

  private JsonNode summary() {
    Speaker speaker = loop.speaker();
    Rib rib = speaker.rib();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer
        .putObject("router")
        .put("as", speaker.router().as())
        .put("routerId", Prefixes.addressText(speaker.router().routerId()));
    answer.put("active", speaker.active());
    answer.put("epoch", speaker.epoch());
    answer.put("transport", direct ? "direct" : "failover");
    answer.putObject("routes").put("adjRibIn", rib.received()).put("locRib", rib.size());
    ArrayNode peers = answer.putArray("peers");
    for (Peer peer : speaker.peers()) {
      peers.add(line(peer));
    }
    return answer;
  }

  private ObjectNode line(Peer peer) {
    Session session = peer.session();
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("name", peer.settings().name())
        .put("address", Prefixes.addressText(peer.settings().address()))
        .put("as", peer.settings().as())
        .put("state", peer.state().text())
        .put("uptimeSeconds", uptimeSeconds(session))
        .put("prefixesReceived", received(session))
        .put("prefixesSent", sent(session))
        .put("messagesReceived", session == null ? 0 : session.received().total())
        .put("messagesSent", session == null ? 0 : session.sent().total())
        .put("flaps", peer.flaps());
    return line;
  }

  private JsonNode neighbors(JsonNode arguments) throws ControlException {
    String name = ControlServer.text(arguments, "name");
    List<Peer> peers = new ArrayList<>(loop.speaker().peers());
    if (name != null) {
      peers.removeIf(peer -> !peer.settings().name().equals(name));
      if (peers.isEmpty()) {
        throw new ControlException("no neighbor is named " + name);
      }
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode neighbors = answer.putArray("neighbors");
    for (Peer peer : peers) {
      neighbors.add(
          NeighborAnswer.of(peer, uptimeSeconds(peer.session()), accepted(peer.session())));
    }
    return answer;
  }

  private @Nullable Long uptimeSeconds(@Nullable Session session) {
    return session == null || session.state() != SessionState.ESTABLISHED
        ? null
        : (loop.micros() - session.establishedAt()) / SECOND_MICROS;
  }

  private int accepted(@Nullable Session session) {
    AdjRibIn in = session == null ? null : session.adjRibIn();
    return in == null ? 0 : loop.speaker().rib().accepted(in);
  }

  static int received(@Nullable Session session) {
    AdjRibIn in = session == null ? null : session.adjRibIn();
    return in == null ? 0 : in.size();
  }

  static int sent(@Nullable Session session) {
    AdjRibOut out = session == null ? null : session.adjRibOut();
    return out == null ? 0 : out.size();
  }
}
