package io.holdfast.bgp.rib;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * One object for each distinct attribute set that is in use. Sets are held weakly, so that one
 * which no route has any more is collected, and its entry is swept at the next call. Owned by the
 * event loop.
 */
public final class AttributeInterner {
  private static final int INITIAL_BUCKETS = 1 << 10;

  private @Nullable Entry[] buckets = new @Nullable Entry[INITIAL_BUCKETS];
  private final ReferenceQueue<PathAttributes> collected = new ReferenceQueue<>();
  private int size;

  private static final class Entry extends WeakReference<PathAttributes> {
    private final int hash;
    private @Nullable Entry next;

    Entry(PathAttributes attributes, int hash, ReferenceQueue<PathAttributes> queue) {
      super(attributes, queue);
      this.hash = hash;
    }
  }

  /** The one object that is equal to this set: an older one, or the argument itself. */
  public PathAttributes intern(PathAttributes attributes) {
    sweep();
    int hash = spread(attributes.hashCode());
    for (Entry e = buckets[hash & buckets.length - 1]; e != null; e = e.next) {
      if (e.hash == hash) {
        PathAttributes known = e.get();
        if (known != null && attributes.equals(known)) {
          return known;
        }
      }
    }
    if (size >= buckets.length) {
      grow();
    }
    link(buckets, new Entry(attributes, hash, collected));
    size++;
    return attributes;
  }

  /** Distinct sets that are held, those included whose collection was not noticed yet. */
  public int size() {
    sweep();
    return size;
  }

  private void sweep() {
    for (Reference<?> dead = collected.poll(); dead != null; dead = collected.poll()) {
      if (dead instanceof Entry entry) {
        unlink(entry);
      }
    }
  }

  private void unlink(Entry entry) {
    int bucket = entry.hash & buckets.length - 1;
    Entry before = null;
    for (Entry e = buckets[bucket]; e != null; before = e, e = e.next) {
      if (e == entry) {
        if (before == null) {
          buckets[bucket] = e.next;
        } else {
          before.next = e.next;
        }
        size--;
        return;
      }
    }
  }

  private void grow() {
    @Nullable Entry[] larger = new @Nullable Entry[buckets.length * 2];
    for (Entry head : buckets) {
      for (Entry e = head; e != null; ) {
        Entry next = e.next;
        link(larger, e);
        e = next;
      }
    }
    buckets = larger;
  }

  private static void link(@Nullable Entry[] table, Entry entry) {
    int bucket = entry.hash & table.length - 1;
    entry.next = table[bucket];
    table[bucket] = entry;
  }

  private static int spread(int hash) {
    return hash ^ hash >>> 16;
  }
}
