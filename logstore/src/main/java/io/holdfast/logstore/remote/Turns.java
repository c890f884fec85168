package io.holdfast.logstore.remote;

import io.holdfast.logstore.rpc.ServicePeer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which connection speaks for which owner: the one that opened or resumed its turn last. What a
 * lost connection left behind in some buffer comes to nothing. Thread-safe.
 */
final class Turns {
  private static final int MOST = 64;

  private final Map<Long, Long> attempts = bounded();
  private final Map<Long, ServicePeer> holders = bounded();

  /** The oldest goes: of owners that old none is expected to come again. */
  private static <V> Map<Long, V> bounded() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
        return size() > MOST;
      }
    };
  }

  /** Whether this attempt is newer than all of its instance; then it counts from now on. */
  synchronized boolean admit(ServicePeer peer, Request.Open open) {
    Long seen = attempts.remove(open.instance());
    attempts.put(open.instance(), seen == null ? open.attempt() : Math.max(seen, open.attempt()));
    if (seen != null && seen >= open.attempt()) {
      return false;
    }
    if (open.resume() != 0) {
      holders.put(open.resume(), peer);
    }
    return true;
  }

  synchronized void granted(ServicePeer peer, Request.Open open, long epoch) {
    Long newest = attempts.get(open.instance());
    if (newest == null || newest == open.attempt()) {
      holders.remove(epoch);
      holders.put(epoch, peer);
    }
  }

  synchronized boolean holds(ServicePeer peer, long epoch) {
    return peer.equals(holders.get(epoch));
  }

  synchronized void closed(ServicePeer peer) {
    holders.values().removeIf(peer::equals);
  }
}
