package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.FourTuple;
import io.holdfast.failover.connection.Handshakes;
import io.holdfast.failover.records.ServiceSpec;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** Everything that both stages know. Owned by the pipeline's thread. */
final class FailoverState {
  private final Map<FourTuple, Connection> byKey = new HashMap<>();
  private final Long2ObjectHashMap<Connection> byId = new Long2ObjectHashMap<>();
  final Handshakes handshakes = new Handshakes();
  final SpeakerState speaker = new SpeakerState();
  final Effects effects = new Effects();
  final Counters counters = new Counters();
  @Nullable ServiceSpec service;

  /** The channel that said more than the log can hold, until it is fenced for it. */
  long overflowed = SpeakerState.NONE;

  /** Time of the batch, from System.nanoTime. */
  long nowNanos;

  /** What the gate and the log have seen. */
  static final class Counters {
    long segments;
    long heldOnce;
    long passed;
    long dropped;
    long receivedBytes;
    long sentBytes;
    long fencedOutputs;
    long readPauses;
    int largestBatch;
  }

  void add(Connection connection) {
    byKey.put(connection.key(), connection);
    byId.put(connection.id(), connection);
  }

  void remove(Connection connection) {
    byKey.remove(connection.key(), connection);
    byId.remove(connection.id());
  }

  /** It is over, but segments of its end points are still its own, until its socket is closed. */
  void depart(Connection connection) {
    connection.departed();
    byId.remove(connection.id());
  }

  /** Its end points belong to another connection from now on; by its id it can still be found. */
  void forgetKey(Connection connection) {
    byKey.remove(connection.key(), connection);
  }

  @Nullable Connection find(FourTuple key) {
    return byKey.get(key);
  }

  @Nullable Connection find(long id) {
    return byId.get(id);
  }

  /** The connection of this socket; only for what is rare. */
  @Nullable Connection findByDescriptor(int fd) {
    for (Connection connection : byId.values()) {
      if (fd != Connection.NONE && connection.descriptor() == fd) {
        return connection;
      }
    }
    return null;
  }

  Collection<Connection> connections() {
    return byId.values();
  }

  /** Position of the oldest record that a speaker must be played: that of the oldest connection. */
  long replayStart(long appended) {
    long start = appended;
    for (Connection connection : byId.values()) {
      start = Math.min(start, connection.openedAt());
    }
    return start;
  }
}
