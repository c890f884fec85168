package io.holdfast.bgp.wire.attribute;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path attributes of a route: an immutable value with cached hash, equal by content, fit to be
 * interned. Kept in canonical form, see the package page. A set decoded from an announcement has
 * ORIGIN, AS_PATH and NEXT_HOP; one built by hand has what it was given.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class PathAttributes {
  private PathAttributes() {}

  /** A builder with nothing in it. */
  public static Builder builder() {
    throw new UnsupportedOperationException("not yet");
  }

  /** A builder that starts with this set. */
  public Builder toBuilder() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Whether an attribute is there. */
  public boolean has(int code) {
    throw new UnsupportedOperationException("not yet " + code);
  }

  /** ORIGIN; INCOMPLETE where it is absent. */
  public Origin origin() {
    throw new UnsupportedOperationException("not yet");
  }

  /** AS_PATH as a value (allocates); empty where it is absent. */
  public AsPath asPath() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Length of the AS_PATH for the decision process, a set counting one. */
  public int asPathLength() {
    throw new UnsupportedOperationException("not yet");
  }

  /** How often the number stands in AS_PATH. */
  public int asPathOccurrences(long asn) {
    throw new UnsupportedOperationException("not yet " + asn);
  }

  /** The first AS of the path, if it starts with a sequence; otherwise 0. */
  public long neighborAs() {
    throw new UnsupportedOperationException("not yet");
  }

  /** The last AS of the path, if it ends with a sequence; otherwise 0. */
  public long originAs() {
    throw new UnsupportedOperationException("not yet");
  }

  /** NEXT_HOP as a big-endian IPv4 address, 0 where it is absent. */
  public int nextHop() {
    throw new UnsupportedOperationException("not yet");
  }

  /** MULTI_EXIT_DISC, unsigned 32 bits, or {@code absent}. */
  public long med(long absent) {
    throw new UnsupportedOperationException("not yet " + absent);
  }

  /** LOCAL_PREF, unsigned 32 bits, or {@code absent}. */
  public long localPref(long absent) {
    throw new UnsupportedOperationException("not yet " + absent);
  }

  /** Whether ATOMIC_AGGREGATE is there. */
  public boolean atomicAggregate() {
    throw new UnsupportedOperationException("not yet");
  }

  /** AGGREGATOR, or null. */
  public @Nullable Aggregator aggregator() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Number of COMMUNITIES (RFC 1997). */
  public int communityCount() {
    throw new UnsupportedOperationException("not yet");
  }

  /** The community at the index: AS number in the upper 16 bits, value in the lower. */
  public int community(int index) {
    throw new UnsupportedOperationException("not yet " + index);
  }

  /** Whether the community is there. */
  public boolean hasCommunity(int community) {
    throw new UnsupportedOperationException("not yet " + community);
  }

  /** Extended communities (RFC 4360), eight octets each. */
  public List<Long> extendedCommunities() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Large communities (RFC 8092). */
  public List<LargeCommunity> largeCommunities() {
    throw new UnsupportedOperationException("not yet");
  }

  /** ORIGINATOR_ID (RFC 4456), or {@code absent}. */
  public int originatorId(int absent) {
    throw new UnsupportedOperationException("not yet " + absent);
  }

  /** Number of CLUSTER_LIST entries. */
  public int clusterListLength() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Whether the cluster stands in CLUSTER_LIST. */
  public boolean clusterListContains(int cluster) {
    throw new UnsupportedOperationException("not yet " + cluster);
  }

  /** Attributes that we do not know. */
  public List<RawAttribute> unknown() {
    throw new UnsupportedOperationException("not yet");
  }

  /** The set as an external peer gets it: AS in front, next hop, nothing that is ours alone. */
  public PathAttributes exported(long asn, int nextHop) {
    return toBuilder()
        .prepend(asn, 1)
        .nextHop(nextHop)
        .removeMed()
        .removeInternal()
        .build();
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
    throw new UnsupportedOperationException("not yet " + fourOctetAs);
  }

  /**
   * Appends the attributes for a peer, without MP_REACH_NLRI. With two-octet numbers, AS4_PATH and
   * AS4_AGGREGATOR are added where they are needed (RFC 6793 section 4.2.2).
   */
  public void encode(boolean fourOctetAs, ByteBuf out) {
    throw new UnsupportedOperationException("not yet " + fourOctetAs + out);
  }

  /** Octets of the canonical form: what the set costs in memory, but for its header. */
  public int canonicalLength() {
    throw new UnsupportedOperationException("not yet");
  }

  /** Makes a set; each call replaces what was there. Not thread-safe. */
  public static final class Builder {
    private Builder() {}

    /** ORIGIN. */
    public Builder origin(Origin origin) {
      throw new UnsupportedOperationException("not yet " + origin);
    }

    /** AS_PATH. */
    public Builder asPath(AsPath path) {
      throw new UnsupportedOperationException("not yet " + path);
    }

    /** Puts the AS in front of AS_PATH {@code count} times. */
    public Builder prepend(long asn, int count) {
      throw new UnsupportedOperationException("not yet " + asn + count);
    }

    /** NEXT_HOP. */
    public Builder nextHop(int address) {
      throw new UnsupportedOperationException("not yet " + address);
    }

    /** MULTI_EXIT_DISC, unsigned 32 bits. */
    public Builder med(long med) {
      throw new UnsupportedOperationException("not yet " + med);
    }

    /** Takes MULTI_EXIT_DISC away. */
    public Builder removeMed() {
      throw new UnsupportedOperationException("not yet");
    }

    /** LOCAL_PREF, unsigned 32 bits. */
    public Builder localPref(long localPref) {
      throw new UnsupportedOperationException("not yet " + localPref);
    }

    /** Takes LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST away. */
    public Builder removeInternal() {
      throw new UnsupportedOperationException("not yet");
    }

    /** ATOMIC_AGGREGATE, there or not. */
    public Builder atomicAggregate(boolean present) {
      throw new UnsupportedOperationException("not yet " + present);
    }

    /** AGGREGATOR. */
    public Builder aggregator(Aggregator aggregator) {
      throw new UnsupportedOperationException("not yet " + aggregator);
    }

    /** COMMUNITIES; none takes the attribute away. */
    public Builder communities(int... communities) {
      throw new UnsupportedOperationException("not yet " + communities.length);
    }

    /** EXTENDED_COMMUNITIES; none takes the attribute away. */
    public Builder extendedCommunities(long... communities) {
      throw new UnsupportedOperationException("not yet " + communities.length);
    }

    /** LARGE_COMMUNITIES; none takes the attribute away. */
    public Builder largeCommunities(List<LargeCommunity> communities) {
      throw new UnsupportedOperationException("not yet " + communities);
    }

    /** ORIGINATOR_ID. */
    public Builder originatorId(int id) {
      throw new UnsupportedOperationException("not yet " + id);
    }

    /** CLUSTER_LIST; none takes the attribute away. */
    public Builder clusterList(int... clusters) {
      throw new UnsupportedOperationException("not yet " + clusters.length);
    }

    /** An attribute by its code and raw value in canonical form. */
    public Builder raw(RawAttribute attribute) {
      throw new UnsupportedOperationException("not yet " + attribute);
    }

    /** Takes any attribute away. */
    public Builder remove(int code) {
      throw new UnsupportedOperationException("not yet " + code);
    }

    /** The set. */
    public PathAttributes build() {
      throw new UnsupportedOperationException("not yet");
    }
  }
}
