package io.holdfast.bgp.mrt;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import java.util.List;

/** A record of an MRT file. {@code time} is in seconds since 1970. */
public sealed interface MrtRecord {
  /** When the record was written. */
  long time();

  /** The peers that later records name by index, RFC 6396 section 4.3.1. */
  record PeerIndexTable(long time, int collector, String viewName, List<MrtPeer> peers)
      implements MrtRecord {
    public PeerIndexTable {
      peers = List.copyOf(peers);
    }
  }

  /**
   * All routes to a prefix, RIB_IPV4_UNICAST (section 4.3.2).
   *
   * @param prefix packed, see {@code Prefixes}
   */
  record RibIpv4(long time, long sequence, long prefix, List<RibRoute> routes)
      implements MrtRecord {
    public RibIpv4 {
      routes = List.copyOf(routes);
    }
  }

  /**
   * A route of one peer.
   *
   * @param originated when the collector learned it, seconds since 1970
   * @param errors what was wrong with the attributes, see {@code AttributeDecoder}
   */
  record RibRoute(
      int peerIndex, long originated, PathAttributes attributes, List<MessageError> errors) {}

  /** One route of a table in the old format, TABLE_DUMP for IPv4 (section 4.2). */
  record TableDump(
      long time,
      long sequence,
      long prefix,
      long originated,
      MrtPeer peer,
      PathAttributes attributes,
      List<MessageError> errors)
      implements MrtRecord {}

  /**
   * A BGP message as it was sent or received (section 4.4).
   *
   * @param microseconds part of the time below the second, 0 where the format does not tell
   * @param fourOctetAs AS numbers in the message have four octets
   * @param message whole, header included; not yet decoded
   */
  record Message(
      long time, int microseconds, MrtPeer peer, MrtPeer local, boolean fourOctetAs, Bytes message)
      implements MrtRecord {}

  /** A session of the collector changed its state; numbers as in RFC 6396 section 4.4.1. */
  record StateChange(
      long time, int microseconds, MrtPeer peer, MrtPeer local, int oldState, int newState)
      implements MrtRecord {}

  /** A record that this reader does not read. */
  record Skipped(long time, int type, int subtype, int length) implements MrtRecord {}
}
