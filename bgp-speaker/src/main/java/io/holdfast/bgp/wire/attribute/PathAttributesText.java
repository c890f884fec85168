package io.holdfast.bgp.wire.attribute;

import io.holdfast.bgp.wire.nlri.Prefixes;

/** A set of attributes as one line for a person. */
final class PathAttributesText {
  private PathAttributesText() {}

  static String of(PathAttributes set) {
    StringBuilder text = new StringBuilder(160);
    text.append("origin ").append(set.origin()).append(" path [").append(set.asPath()).append(']');
    if (set.has(AttributeType.NEXT_HOP)) {
      text.append(" next-hop ").append(Prefixes.addressText(set.nextHop()));
    }
    if (set.has(AttributeType.MULTI_EXIT_DISC)) {
      text.append(" med ").append(set.med(0));
    }
    if (set.has(AttributeType.LOCAL_PREF)) {
      text.append(" local-pref ").append(set.localPref(0));
    }
    if (set.atomicAggregate()) {
      text.append(" atomic");
    }
    if (set.aggregator() != null) {
      text.append(' ').append(set.aggregator());
    }
    if (set.communityCount() > 0) {
      text.append(" communities");
      for (int i = 0; i < set.communityCount(); i++) {
        int community = set.community(i);
        text.append(' ').append(community >>> 16).append(':').append(community & 0xFFFF);
      }
    }
    for (LargeCommunity community : set.largeCommunities()) {
      text.append(" large ").append(community);
    }
    for (long community : set.extendedCommunities()) {
      text.append(" extended 0x").append(Long.toHexString(community));
    }
    for (RawAttribute attribute : set.unknown()) {
      text.append(' ').append(attribute);
    }
    return text.toString();
  }
}
