package io.holdfast.bgp.session;

import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.BgpFrameDecoder;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.Decoded;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.Malformed;
import io.holdfast.bgp.wire.message.MessageCodec;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.RouteRefresh;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.message.Update;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A remote router as simple as can be, which writes down all that it must never see. */
final class SimulatedPeer {
  final String name;
  final long as;
  final int address;
  private final SimulatedWorld world;
  private final boolean internal;

  /** What it wants to announce, whatever connection there is. */
  final Map<Long, PathAttributes> own = new TreeMap<>();

  /** What it was told on the present connection. */
  final Map<Long, PathAttributes> told = new TreeMap<>();

  final List<String> complaints = new ArrayList<>();
  final List<Notification> notifications = new ArrayList<>();
  final Map<Long, Integer> withdrawals = new TreeMap<>();
  int connections;
  int keepalives;

  /** 0: none. */
  long connection;

  private BgpFrameDecoder decoder = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
  private final Set<Long> refreshing = new HashSet<>();
  private boolean openSeen;
  private boolean endSeen;
  private boolean farewell;
  boolean established;

  /** Octets of its stream up to the end of the KEEPALIVE that completes the handshake. */
  long handshakeEnd;

  private long saidOctets;

  SimulatedPeer(SimulatedWorld world, String name, long as, String address, boolean internal) {
    this.world = world;
    this.name = name;
    this.as = as;
    this.address = Prefixes.parseAddress(address);
    this.internal = internal;
  }

  private SessionOptions options() {
    return SessionOptions.of(true, internal);
  }

  void connected(long connection) {
    this.connection = connection;
    connections++;
    decoder = new BgpFrameDecoder(BgpMessage.MAX_LENGTH);
    told.clear();
    refreshing.clear();
    openSeen = false;
    endSeen = false;
    farewell = false;
    established = false;
    handshakeEnd = Long.MAX_VALUE;
    saidOctets = 0;
    say(Open.of(as, 90, address, List.of(AfiSafi.IPV4_UNICAST)));
  }

  void disconnected() {
    connection = 0;
    established = false;
  }

  void announce(String prefix, PathAttributes attributes) {
    long packed = Prefixes.parse(prefix);
    own.put(packed, attributes);
    if (established) {
      say(Update.announce(attributes, Nlri.of(packed)));
    }
  }

  void withdraw(String prefix) {
    long packed = Prefixes.parse(prefix);
    own.remove(packed);
    if (established) {
      say(Update.withdraw(Nlri.of(packed)));
    }
  }

  void askAgain() {
    if (established) {
      refreshing.addAll(told.keySet());
      say(new RouteRefresh(AfiSafi.IPV4_UNICAST));
    }
  }

  void keepalive() {
    if (established) {
      say(new Keepalive());
    }
  }

  void cease() {
    say(Notification.of(NotificationCode.ADMINISTRATIVE_RESET));
    world.peerCloses(connection);
  }

  /** Something that is no BGP. */
  void babble() {
    world.fromPeer(connection, new byte[BgpMessage.HEADER_LENGTH]);
  }

  void say(BgpMessage message) {
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(message, options(), out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    saidOctets += bytes.length;
    world.fromPeer(connection, bytes);
  }

  /** Bytes of Holdfast, as they come off the wire. */
  void hears(byte[] bytes) {
    if (farewell) {
      complaints.add("something behind a NOTIFICATION");
    }
    decoder.feed(
        Unpooled.wrappedBuffer(bytes),
        whole -> {
          take(MessageCodec.decode(whole, options()));
          return true;
        });
    if (decoder.pending() != 0) {
      complaints.add("a part of a message in a SENT record");
    }
  }

  private void take(Decoded decoded) {
    switch (decoded) {
      case Malformed malformed -> complaints.add("malformed: " + malformed);
      case Open open -> {
        if (openSeen) {
          complaints.add("a second OPEN");
        }
        openSeen = true;
        say(new Keepalive());
        handshakeEnd = saidOctets;
      }
      case Keepalive keepalive -> {
        keepalives++;
        if (!established) {
          established = true;
          own.forEach((prefix, attributes) -> say(Update.announce(attributes, Nlri.of(prefix))));
        }
      }
      case Notification notification -> {
        farewell = true;
        notifications.add(notification);
      }
      case RouteRefresh refresh -> complaints.add("a ROUTE-REFRESH that nobody needs");
      case Update update -> take(update);
    }
  }

  private void take(Update update) {
    if (!update.errors().isEmpty()) {
      complaints.add("errors: " + update.errors());
    }
    if (update.endOfRib() != null) {
      if (endSeen) {
        complaints.add("a second End-of-RIB");
      }
      endSeen = true;
    }
    update.withdrawn().forEach(this::gone);
    PathAttributes attributes = update.attributes();
    update
        .announced()
        .forEach(
            prefix -> {
              PathAttributes before = told.put(prefix, attributes);
              boolean asked = refreshing.remove(prefix);
              if (attributes.equals(before) && !asked) {
                complaints.add("told twice: " + Prefixes.text(prefix));
              }
            });
  }

  private void gone(long prefix) {
    withdrawals.merge(prefix, 1, Integer::sum);
    refreshing.remove(prefix);
    if (told.remove(prefix) == null) {
      complaints.add("withdrawn but never told: " + Prefixes.text(prefix));
    }
  }

  /** Prefixes that it asked for again and did not get. */
  Set<Long> stillAsking() {
    return refreshing;
  }

  boolean endSeen() {
    return endSeen;
  }
}
