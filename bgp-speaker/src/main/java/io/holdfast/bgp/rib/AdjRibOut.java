package io.holdfast.bgp.rib;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.Update;
import io.holdfast.bgp.wire.message.UpdatePacker;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * What one peer has been told in this session, and what has to be looked at again. Owned by the
 * event loop.
 *
 * <p>It is silent until {@link #speak}: while the log is replayed it only learns ({@link #told})
 * what was sent before.
 */
public final class AdjRibOut {
  /** Prefixes looked at for one batch, at most. */
  private static final int BATCH_PREFIXES = 2_000;

  /** Octets after which a batch takes no further prefix. */
  private static final int BATCH_OCTETS = 32 * 1024;

  /** Octets that a further UPDATE costs beside attributes and prefixes. */
  private static final int UPDATE_OVERHEAD = 23;

  private static final int CACHE_SIZE = 1 << 10;

  private final Rib rib;
  private final Neighbor neighbor;
  private final AdjRibIn own;
  private final Long2ObjectHashMap<PathAttributes> told = new Long2ObjectHashMap<>();
  private final PrefixQueue pending = new PrefixQueue();

  /** What a ROUTE-REFRESH asks for and was not told again yet. */
  private final LongHashSet owedAgain = new LongHashSet();

  /**
   * From attributes in the Loc-RIB to those this neighbour gets; by identity, overwritten freely.
   */
  private final @Nullable PathAttributes[] cacheKeys = new @Nullable PathAttributes[CACHE_SIZE];

  private final @Nullable PathAttributes[] cacheValues = new @Nullable PathAttributes[CACHE_SIZE];
  private @Nullable TableComparison comparison;
  private boolean speaking;
  private boolean endOfRibTold;

  AdjRibOut(Rib rib, Neighbor neighbor, AdjRibIn own) {
    this.rib = rib;
    this.neighbor = neighbor;
    this.own = own;
  }

  public Neighbor neighbor() {
    return neighbor;
  }

  AdjRibIn own() {
    return own;
  }

  /** Number of prefixes that the peer was told and that were not withdrawn. */
  public int size() {
    return told.size();
  }

  /** The interned attributes the peer was told, or null. */
  public @Nullable PathAttributes route(long prefix) {
    return told.get(prefix);
  }

  /** An UPDATE that the log shows as sent. */
  public void told(Update update) {
    update.withdrawn().forEach(this::toldGone);
    PathAttributes attributes = update.attributes();
    if (attributes != null) {
      Nlri announced = update.announced();
      PathAttributes interned = rib.intern(attributes);
      for (int i = 0; i < announced.size(); i++) {
        told.put(announced.prefix(i), interned);
        owedAgain.remove(announced.prefix(i));
      }
    }
    endOfRibTold |= update.endOfRib() != null;
  }

  private void toldGone(long prefix) {
    told.remove(prefix);
    owedAgain.remove(prefix);
  }

  /** From now on it may speak: everything is compared once, and only differences go out. */
  public void speak() {
    speaking = true;
    pending.clear();
    comparison = new TableComparison(rib, this);
  }

  /**
   * Goes on comparing what the peer was told with what it should know; cheap where there is nothing
   * to compare. What differs is then sent, routes with equal attributes next to each other.
   *
   * @param until {@link System#nanoTime} at which to stop
   * @return whether there is more to compare
   */
  public boolean compare(long until) {
    TableComparison running = comparison;
    if (running == null) {
      return false;
    }
    if (!running.goOn(until)) {
      return true;
    }
    comparison = null;
    pending.addSweep(running.differences());
    return false;
  }

  @SuppressWarnings("ReferenceEquality") // Interned.
  boolean upToDate(long prefix) {
    return rib.wanted(prefix, this) == told.get(prefix) && !owedAgain.contains(prefix);
  }

  long[] toldPrefixes() {
    return Rib.keys(told);
  }

  /** RFC 2918: everything that the peer was told, it is to be told again. */
  public void refresh() {
    long[] all = Rib.keys(told);
    for (long prefix : all) {
      owedAgain.add(prefix);
    }
    if (speaking) {
      pending.addSweep(all);
    }
  }

  void changed(long prefix) {
    if (speaking) {
      pending.add(prefix);
    }
  }

  /** Whether there is anything to look at, or an End-of-RIB to send. */
  public boolean busy() {
    return speaking && comparison == null && (!pending.isEmpty() || !endOfRibTold);
  }

  /** Prefixes to look at. */
  public int pending() {
    return pending.size();
  }

  /**
   * Appends the next batch of whole UPDATE messages, at most some 36 KiB, and takes them for told;
   * nothing if all was told already.
   *
   * @return number of messages
   */
  @SuppressWarnings("ReferenceEquality") // Interned.
  public int fill(ByteBuf out) {
    LongArrayList withdrawn = new LongArrayList();
    Map<PathAttributes, LongArrayList> announced = new LinkedHashMap<>();
    int octets = 0;
    for (int i = 0; i < BATCH_PREFIXES && octets < BATCH_OCTETS && !pending.isEmpty(); i++) {
      long prefix = pending.next();
      PathAttributes wanted = rib.wanted(prefix, this);
      if (wanted == null) {
        if (told.containsKey(prefix)) {
          toldGone(prefix);
          withdrawn.addLong(prefix);
          octets += Prefixes.encodedLength(prefix);
        }
        continue;
      }
      boolean news = told.put(prefix, wanted) != wanted;
      boolean asked = owedAgain.remove(prefix);
      if (news || asked) {
        LongArrayList group = announced.get(wanted);
        if (group == null) {
          group = new LongArrayList();
          announced.put(wanted, group);
          octets += UPDATE_OVERHEAD + wanted.canonicalLength();
        }
        group.addLong(prefix);
        octets += Prefixes.encodedLength(prefix);
      }
    }
    return write(withdrawn, announced, out);
  }

  private int write(
      LongArrayList withdrawn, Map<PathAttributes, LongArrayList> announced, ByteBuf out) {
    int messages = 0;
    if (!withdrawn.isEmpty()) {
      long[] prefixes = withdrawn.toLongArray();
      messages += UpdatePacker.withdraw(prefixes, 0, prefixes.length, neighbor.options(), out);
    }
    for (Map.Entry<PathAttributes, LongArrayList> group : announced.entrySet()) {
      long[] prefixes = group.getValue().toLongArray();
      messages +=
          UpdatePacker.announce(
              group.getKey(), prefixes, 0, prefixes.length, neighbor.options(), out);
    }
    return messages;
  }

  /** Whether the first table is told and its End-of-RIB (RFC 4724 section 2) is not. */
  public boolean owesEndOfRib() {
    return speaking && comparison == null && !endOfRibTold && !pending.sweeping();
  }

  /** The End-of-RIB has been sent. */
  public void endOfRibTold() {
    endOfRibTold = true;
  }

  @SuppressWarnings("ReferenceEquality") // Interned.
  @Nullable PathAttributes rewritten(PathAttributes attributes, long localAs) {
    int slot = System.identityHashCode(attributes) & CACHE_SIZE - 1;
    if (cacheKeys[slot] == attributes) {
      return cacheValues[slot];
    }
    PathAttributes outgoing = Export.rewrite(attributes, neighbor, localAs);
    PathAttributes interned = outgoing == null ? null : rib.intern(outgoing);
    cacheKeys[slot] = attributes;
    cacheValues[slot] = interned;
    return interned;
  }
}
