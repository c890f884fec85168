package io.holdfast.bgp.wire.attribute;

import io.holdfast.bgp.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path attributes of a route: an immutable value with cached hash, equal by content, fit to be
 * interned. Kept in canonical form, see the package page. A set decoded from an announcement has
 * ORIGIN, AS_PATH and NEXT_HOP; one built by hand has what it was given.
 */
public final class PathAttributes {
  private static final int SHORT_LENGTH = 7;

  private final byte[] list;
  private final int hash;

  /** Bit n: the attribute with code n is there; bit 0: there is one with a code above 63. */
  private final long present;

  private final int pathAt;
  private final int pathOctets;
  private final int pathLength;

  /** Takes over an array in canonical form. */
  PathAttributes(byte[] list) {
    this.list = list;
    this.hash = Arrays.hashCode(list);
    long mask = 0;
    int path = -1;
    for (int at = 0; at < list.length; at = AttributeList.next(list, at)) {
      int code = AttributeList.code(list, at);
      mask |= code < 64 ? 1L << code : 1L;
      path = code == AttributeType.AS_PATH ? at : path;
    }
    this.present = mask;
    this.pathAt = path >= 0 ? AttributeList.valueAt(list, path) : 0;
    this.pathOctets = path >= 0 ? AttributeList.valueLength(list, path) : 0;
    this.pathLength = AsPath.length(list, pathAt, pathOctets);
  }

  /** A builder with nothing in it. */
  public static Builder builder() {
    return new Builder(new byte[0]);
  }

  /** A builder that starts with this set. */
  public Builder toBuilder() {
    return new Builder(list);
  }

  /** Whether an attribute is there. */
  public boolean has(int code) {
    return code < 64 ? (present & 1L << code) != 0 : AttributeList.find(list, code) >= 0;
  }

  /** ORIGIN; INCOMPLETE where it is absent. */
  public Origin origin() {
    return has(AttributeType.ORIGIN) ? Origin.of(list[3]) : Origin.INCOMPLETE;
  }

  /** AS_PATH as a value (allocates); empty where it is absent. */
  public AsPath asPath() {
    return AsPath.copyOf(list, pathAt, pathOctets);
  }

  /** Length of the AS_PATH for the decision process, a set counting one. */
  public int asPathLength() {
    return pathLength;
  }

  /** How often the number stands in AS_PATH. */
  public int asPathOccurrences(long asn) {
    return AsPath.occurrences(list, pathAt, pathOctets, (int) asn);
  }

  /** The first AS of the path, if it starts with a sequence; otherwise 0. */
  public long neighborAs() {
    return pathOctets > 0 && list[pathAt] == AsPath.AS_SEQUENCE ? unsignedInt(pathAt + 2) : 0;
  }

  /** The last AS of the path, if it ends with a sequence; otherwise 0. */
  public long originAs() {
    int last = -1;
    for (int at = pathAt; at < pathAt + pathOctets; ) {
      last = list[at] == AsPath.AS_SEQUENCE ? at : -1;
      at += 2 + 4 * Octets.unsigned(list, at + 1);
    }
    return last < 0 ? 0 : unsignedInt(last + 4 * Octets.unsigned(list, last + 1) - 2);
  }

  /** NEXT_HOP as a big-endian IPv4 address, 0 where it is absent. */
  public int nextHop() {
    return has(AttributeType.NEXT_HOP) ? Octets.getInt(list, afterPath(AttributeType.NEXT_HOP)) : 0;
  }

  /** MULTI_EXIT_DISC, unsigned 32 bits, or {@code absent}. */
  public long med(long absent) {
    return has(AttributeType.MULTI_EXIT_DISC)
        ? unsignedInt(afterPath(AttributeType.MULTI_EXIT_DISC))
        : absent;
  }

  /** LOCAL_PREF, unsigned 32 bits, or {@code absent}. */
  public long localPref(long absent) {
    return has(AttributeType.LOCAL_PREF)
        ? unsignedInt(afterPath(AttributeType.LOCAL_PREF))
        : absent;
  }

  /**
   * Offset of the value of NEXT_HOP, MULTI_EXIT_DISC or LOCAL_PREF: they follow AS_PATH in this
   * order, seven octets each.
   */
  private int afterPath(int code) {
    int at = has(AttributeType.ORIGIN) ? 4 : 0;
    if (has(AttributeType.AS_PATH)) {
      at = pathAt + pathOctets;
    }
    for (int each = AttributeType.NEXT_HOP; each < code; each++) {
      at += has(each) ? SHORT_LENGTH : 0;
    }
    return at + 3;
  }

  private long unsignedInt(int at) {
    return Octets.getInt(list, at) & 0xFFFF_FFFFL;
  }

  /** Whether ATOMIC_AGGREGATE is there. */
  public boolean atomicAggregate() {
    return has(AttributeType.ATOMIC_AGGREGATE);
  }

  /** AGGREGATOR, or null. */
  public @Nullable Aggregator aggregator() {
    if (!has(AttributeType.AGGREGATOR)) {
      return null;
    }
    int at = valueAt(AttributeType.AGGREGATOR);
    return new Aggregator(unsignedInt(at), Octets.getInt(list, at + 4));
  }

  /** Number of COMMUNITIES (RFC 1997). */
  public int communityCount() {
    return valueLength(AttributeType.COMMUNITIES) / 4;
  }

  /** The community at the index: AS number in the upper 16 bits, value in the lower. */
  public int community(int index) {
    return Octets.getInt(list, valueAt(AttributeType.COMMUNITIES) + 4 * index);
  }

  /** Whether the community is there. */
  public boolean hasCommunity(int community) {
    return contains(AttributeType.COMMUNITIES, community);
  }

  /** Extended communities (RFC 4360), eight octets each. */
  public List<Long> extendedCommunities() {
    int count = valueLength(AttributeType.EXTENDED_COMMUNITIES) / 8;
    List<Long> communities = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      communities.add(Octets.getLong(list, valueAt(AttributeType.EXTENDED_COMMUNITIES) + 8 * i));
    }
    return communities;
  }

  /** Large communities (RFC 8092). */
  public List<LargeCommunity> largeCommunities() {
    int count = valueLength(AttributeType.LARGE_COMMUNITIES) / 12;
    List<LargeCommunity> communities = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int at = valueAt(AttributeType.LARGE_COMMUNITIES) + 12 * i;
      communities.add(
          new LargeCommunity(unsignedInt(at), unsignedInt(at + 4), unsignedInt(at + 8)));
    }
    return communities;
  }

  /** ORIGINATOR_ID (RFC 4456), or {@code absent}. */
  public int originatorId(int absent) {
    return has(AttributeType.ORIGINATOR_ID)
        ? Octets.getInt(list, valueAt(AttributeType.ORIGINATOR_ID))
        : absent;
  }

  /** Number of CLUSTER_LIST entries. */
  public int clusterListLength() {
    return valueLength(AttributeType.CLUSTER_LIST) / 4;
  }

  /** Whether the cluster stands in CLUSTER_LIST. */
  public boolean clusterListContains(int cluster) {
    return contains(AttributeType.CLUSTER_LIST, cluster);
  }

  private boolean contains(int code, int entry) {
    int count = valueLength(code) / 4;
    int at = count == 0 ? 0 : valueAt(code);
    for (int i = 0; i < count; i++) {
      if (Octets.getInt(list, at + 4 * i) == entry) {
        return true;
      }
    }
    return false;
  }

  /** Attributes that we do not know. */
  public List<RawAttribute> unknown() {
    List<RawAttribute> unknown = new ArrayList<>();
    for (int at = 0; at < list.length; at = AttributeList.next(list, at)) {
      int code = AttributeList.code(list, at);
      if (AttributeType.of(code) == null) {
        int value = AttributeList.valueAt(list, at);
        unknown.add(
            new RawAttribute(
                list[at] & 0xFF & ~AttributeType.EXTENDED_LENGTH,
                code,
                Bytes.of(Arrays.copyOfRange(list, value, AttributeList.next(list, at)))));
      }
    }
    return unknown;
  }

  /** Offset of the value of an attribute that is there. */
  private int valueAt(int code) {
    return AttributeList.valueAt(list, AttributeList.find(list, code));
  }

  private int valueLength(int code) {
    return has(code) ? AttributeList.valueLength(list, AttributeList.find(list, code)) : 0;
  }

  /** The set as an external peer gets it: AS in front, next hop, nothing that is ours alone. */
  public PathAttributes exported(long asn, int nextHop) {
    return toBuilder().prepend(asn, 1).nextHop(nextHop).removeMed().removeInternal().build();
  }

  /** Another next hop. */
  public PathAttributes withNextHop(int nextHop) {
    return toBuilder().nextHop(nextHop).build();
  }

  /** Another LOCAL_PREF. */
  public PathAttributes withLocalPref(long localPref) {
    return toBuilder().localPref(localPref).build();
  }

  /** Octets that {@link #encode} writes. */
  public int encodedLength(boolean fourOctetAs) {
    return fourOctetAs ? list.length : TwoOctetAs.narrowed(list).length;
  }

  /**
   * Appends the attributes for a peer, without MP_REACH_NLRI. With two-octet numbers, AS4_PATH and
   * AS4_AGGREGATOR are added where they are needed (RFC 6793 section 4.2.2).
   */
  public void encode(boolean fourOctetAs, ByteBuf out) {
    out.writeBytes(fourOctetAs ? list : TwoOctetAs.narrowed(list));
  }

  /** Octets of the canonical form: what the set costs in memory, but for its header. */
  public int canonicalLength() {
    return list.length;
  }

  /** The canonical form, for the record of a checkpoint or a comparison (a copy). */
  public Bytes canonicalForm() {
    return Bytes.of(list);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof PathAttributes that
            && hash == that.hash
            && Arrays.equals(list, that.list));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return PathAttributesText.of(this);
  }

  /** Makes a set; each call replaces what was there. Not thread-safe. */
  public static final class Builder {
    private byte[] list;

    private Builder(byte[] list) {
      this.list = list;
    }

    private Builder put(int code, byte[] value) {
      AttributeType type = AttributeType.of(code);
      int flags = type == null ? 0 : type.category().flags();
      list = AttributeList.with(list, flags, code, value);
      return this;
    }

    private Builder putInts(int code, int... values) {
      if (values.length == 0) {
        return remove(code);
      }
      byte[] octets = new byte[4 * values.length];
      for (int i = 0; i < values.length; i++) {
        Octets.putInt(octets, 4 * i, values[i]);
      }
      return put(code, octets);
    }

    /** ORIGIN. */
    public Builder origin(Origin origin) {
      return put(AttributeType.ORIGIN, new byte[] {(byte) origin.value()});
    }

    /** AS_PATH. */
    public Builder asPath(AsPath path) {
      return put(AttributeType.AS_PATH, path.octets());
    }

    /** Puts the AS in front of AS_PATH {@code count} times. */
    public Builder prepend(long asn, int count) {
      int at = AttributeList.find(list, AttributeType.AS_PATH);
      AsPath path =
          at < 0
              ? AsPath.EMPTY
              : AsPath.copyOf(
                  list, AttributeList.valueAt(list, at), AttributeList.valueLength(list, at));
      return asPath(path.prepend(asn, count));
    }

    /** NEXT_HOP. */
    public Builder nextHop(int address) {
      return putInts(AttributeType.NEXT_HOP, address);
    }

    /** MULTI_EXIT_DISC, unsigned 32 bits. */
    public Builder med(long med) {
      return putInts(AttributeType.MULTI_EXIT_DISC, (int) med);
    }

    /** Takes MULTI_EXIT_DISC away. */
    public Builder removeMed() {
      return remove(AttributeType.MULTI_EXIT_DISC);
    }

    /** LOCAL_PREF, unsigned 32 bits. */
    public Builder localPref(long localPref) {
      return putInts(AttributeType.LOCAL_PREF, (int) localPref);
    }

    /** Takes LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST away. */
    public Builder removeInternal() {
      return remove(AttributeType.LOCAL_PREF)
          .remove(AttributeType.ORIGINATOR_ID)
          .remove(AttributeType.CLUSTER_LIST);
    }

    /** ATOMIC_AGGREGATE, there or not. */
    public Builder atomicAggregate(boolean present) {
      return present
          ? put(AttributeType.ATOMIC_AGGREGATE, new byte[0])
          : remove(AttributeType.ATOMIC_AGGREGATE);
    }

    /** AGGREGATOR. */
    public Builder aggregator(Aggregator aggregator) {
      return putInts(AttributeType.AGGREGATOR, (int) aggregator.asn(), aggregator.address());
    }

    /** COMMUNITIES; none takes the attribute away. */
    public Builder communities(int... communities) {
      return putInts(AttributeType.COMMUNITIES, communities);
    }

    /** EXTENDED_COMMUNITIES; none takes the attribute away. */
    public Builder extendedCommunities(long... communities) {
      int[] halves = new int[2 * communities.length];
      for (int i = 0; i < communities.length; i++) {
        halves[2 * i] = (int) (communities[i] >>> 32);
        halves[2 * i + 1] = (int) communities[i];
      }
      return putInts(AttributeType.EXTENDED_COMMUNITIES, halves);
    }

    /** LARGE_COMMUNITIES; none takes the attribute away. */
    public Builder largeCommunities(List<LargeCommunity> communities) {
      int[] thirds = new int[3 * communities.size()];
      int at = 0;
      for (LargeCommunity community : communities) {
        thirds[at++] = (int) community.globalAdministrator();
        thirds[at++] = (int) community.localData1();
        thirds[at++] = (int) community.localData2();
      }
      return putInts(AttributeType.LARGE_COMMUNITIES, thirds);
    }

    /** ORIGINATOR_ID. */
    public Builder originatorId(int id) {
      return putInts(AttributeType.ORIGINATOR_ID, id);
    }

    /** CLUSTER_LIST; none takes the attribute away. */
    public Builder clusterList(int... clusters) {
      return putInts(AttributeType.CLUSTER_LIST, clusters);
    }

    /**
     * An attribute that we do not know.
     *
     * @throws IllegalArgumentException for one that the table knows, and for the reserved code 0
     */
    public Builder raw(RawAttribute attribute) {
      if (attribute.code() == 0 || AttributeType.of(attribute.code()) != null) {
        throw new IllegalArgumentException(
            "attribute " + attribute.code() + " is not an unknown one");
      }
      list =
          AttributeList.with(
              list, attribute.flags(), attribute.code(), attribute.value().toArray());
      return this;
    }

    /** Takes any attribute away. */
    public Builder remove(int code) {
      list = AttributeList.without(list, code);
      return this;
    }

    /** The set. */
    public PathAttributes build() {
      return new PathAttributes(list);
    }
  }
}
