package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.entity.PeerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which members a leader does not bring further, though they answer and lack something. The engine
 * can come to wait for nothing: when two of its probes of a member are under way and the first
 * leads to a snapshot, the answer to the snapshot is dropped, the next one cannot be begun, and
 * nothing is tried again. Owned by the thread of housekeeping.
 */
final class Stalls {
  /**
   * A member that is only slow and for which it begins anew loses nothing but what was under way.
   */
  static final Duration PATIENCE = Duration.ofSeconds(8);

  private record Seen(long next, long since) {}

  private final Map<PeerId, Seen> seen = new HashMap<>();

  /**
   * Looks again.
   *
   * @param behind next index of each member that answers and lacks something
   * @param served when a member was last sent a piece of a snapshot, which takes its time
   * @param now nanoseconds, as {@code served}
   * @return those that stood still for as long as the patience lasts; it begins anew for them
   */
  Set<PeerId> look(Map<PeerId, Long> behind, long served, long now) {
    Set<PeerId> stalled = new HashSet<>();
    seen.keySet().retainAll(behind.keySet());
    for (Map.Entry<PeerId, Long> each : behind.entrySet()) {
      Seen before = seen.get(each.getKey());
      if (before == null || before.next != each.getValue()) {
        seen.put(each.getKey(), new Seen(each.getValue(), now));
        continue;
      }
      long latest = Math.max(before.since - now, served - now); // differences, as nanoTime wants it
      if (-latest > PATIENCE.toNanos()) {
        stalled.add(each.getKey());
        seen.put(each.getKey(), new Seen(each.getValue(), now));
      }
    }
    return stalled;
  }
}
