package io.holdfast.lab.routes;

import io.holdfast.bgp.mrt.MrtPeer;
import io.holdfast.bgp.mrt.MrtReader;
import io.holdfast.bgp.mrt.MrtRecord;
import io.holdfast.bgp.wire.ErrorAction;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.Nlri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.LongArrayList;
import org.agrona.collections.LongHashSet;

/** One feed of a table in an MRT file: all routes of one of the collector's peers. */
public final class MrtTable {
  private final int peerIndex;
  private final Map<PathAttributes, LongArrayList> groups = new LinkedHashMap<>();
  private final LongHashSet seen = new LongHashSet(1 << 20, 0.6f);
  private final List<MrtPeer> dumpPeers = new ArrayList<>();

  private MrtTable(int peerIndex) {
    this.peerIndex = peerIndex;
  }

  /**
   * Reads a feed. Routes whose attributes RFC 7606 would treat as withdrawn are left out.
   *
   * @param peerIndex index into the peer table; in the old format, peers are numbered as they occur
   */
  public static RouteTable read(Path file, int peerIndex) throws IOException {
    MrtTable table = new MrtTable(peerIndex);
    try (MrtReader reader = MrtReader.open(file)) {
      for (MrtRecord record = reader.next(); record != null; record = reader.next()) {
        table.take(record);
      }
    }
    return table.table();
  }

  private void take(MrtRecord record) {
    switch (record) {
      case MrtRecord.RibIpv4 rib -> {
        for (MrtRecord.RibRoute route : rib.routes()) {
          if (route.peerIndex() == peerIndex) {
            add(rib.prefix(), route.attributes(), route.errors());
          }
        }
      }
      case MrtRecord.TableDump dump -> {
        if (indexOf(dump.peer()) == peerIndex) {
          add(dump.prefix(), dump.attributes(), dump.errors());
        }
      }
      case MrtRecord.PeerIndexTable peers -> {}
      case MrtRecord.Message message -> {}
      case MrtRecord.StateChange change -> {}
      case MrtRecord.Skipped skipped -> {}
    }
  }

  private int indexOf(MrtPeer peer) {
    int index = dumpPeers.indexOf(peer);
    if (index < 0) {
      index = dumpPeers.size();
      dumpPeers.add(peer);
    }
    return index;
  }

  private void add(long prefix, PathAttributes attributes, List<MessageError> errors) {
    MessageError strongest = MessageError.strongest(errors);
    boolean valid = strongest == null || strongest.action() == ErrorAction.ATTRIBUTE_DISCARD;
    if (valid && seen.add(prefix)) {
      groups.computeIfAbsent(attributes, set -> new LongArrayList()).addLong(prefix);
    }
  }

  private RouteTable table() {
    List<RouteTable.Group> all = new ArrayList<>(groups.size());
    groups.forEach(
        (attributes, prefixes) ->
            all.add(new RouteTable.Group(attributes, Nlri.of(prefixes.toLongArray()))));
    return new RouteTable(all);
  }
}
