package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.rpc.ServicePeer;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Readers that stay open between the READs of a client, which mostly go on where the last one
 * ended. Owned by the thread that reads.
 */
final class OpenReaders {
  /** Of all clients; the one that was not used for longest goes first. */
  private static final int MOST = 16;

  private record Place(ServicePeer peer, long position) {}

  private final SharedLog log;
  private final Map<Place, LogReader> open = new LinkedHashMap<>();

  OpenReaders(SharedLog log) {
    this.log = log;
  }

  Answer read(ServicePeer peer, Request.Read request) throws IOException {
    long position = request.position();
    long committed = log.committed();
    if (position >= committed) {
      return new Answer.Records(position, committed, log.first(), new byte[0], 0);
    }
    LogReader found = open.remove(new Place(peer, position));
    LogReader reader = found == null ? log.reader(position) : found;
    boolean done = false;
    try {
      byte[] bytes = new byte[(int) Math.min(request.most(), committed - position)];
      int read = reader.read(ByteBuffer.wrap(bytes));
      if (read < 0) {
        bytes = new byte[-read];
        read = reader.read(ByteBuffer.wrap(bytes));
      }
      done = true;
      return new Answer.Records(position, committed, log.first(), bytes, Math.max(0, read));
    } finally {
      if (done) {
        keep(new Place(peer, reader.position()), reader);
      } else {
        reader.close();
      }
    }
  }

  private void keep(Place place, LogReader reader) {
    LogReader same = open.put(place, reader);
    if (same != null) {
      same.close();
    }
    if (open.size() > MOST) {
      Iterator<LogReader> oldest = open.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
  }

  void close(ServicePeer peer) {
    open.entrySet()
        .removeIf(
            entry -> {
              boolean its = entry.getKey().peer().equals(peer);
              if (its) {
                entry.getValue().close();
              }
              return its;
            });
  }

  void closeAll() {
    open.values().forEach(LogReader::close);
    open.clear();
  }
}
