package io.holdfast.bgp.wire.attribute;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Puts well-formed attributes, as they came, into the canonical form. */
final class Canonical {
  private Canonical() {}

  /**
   * The canonical form.
   *
   * @param octets the attribute field
   * @param kept where the attributes start that belong to the set; the array is sorted here
   * @param fourOctetAs width of the AS numbers in {@code octets}
   * @param nextHop IPv4 next hop of MP_REACH_NLRI, which goes into NEXT_HOP; 0 for none
   */
  static byte[] of(byte[] octets, int[] kept, boolean fourOctetAs, int nextHop) {
    sortByCode(octets, kept);
    int size = 0;
    for (int at : kept) {
      size += AttributeList.encodedLength(AttributeList.valueLength(octets, at));
    }
    byte[] list = new byte[size];
    int to = 0;
    for (int at : kept) {
      int code = AttributeList.code(octets, at);
      int length = AttributeList.valueLength(octets, at);
      AttributeType type = AttributeType.of(code);
      int flags =
          type != null ? type.canonicalFlags(octets[at]) : octets[at] | AttributeType.PARTIAL;
      to = AttributeList.putHeader(list, to, flags, code, length);
      System.arraycopy(octets, AttributeList.valueAt(octets, at), list, to, length);
      to += length;
    }
    if (!fourOctetAs) {
      list = widened(list);
    }
    if (nextHop != 0) {
      byte[] value = new byte[4];
      Octets.putInt(value, 0, nextHop);
      list = AttributeList.with(list, AttributeType.TRANSITIVE, AttributeType.NEXT_HOP, value);
    }
    return list;
  }

  private static void sortByCode(byte[] octets, int[] kept) {
    for (int i = 1; i < kept.length; i++) {
      int at = kept[i];
      int code = AttributeList.code(octets, at);
      int j = i - 1;
      while (j >= 0 && AttributeList.code(octets, kept[j]) > code) {
        kept[j + 1] = kept[j];
        j--;
      }
      kept[j + 1] = at;
    }
  }

  /** RFC 6793 section 4.2.3. */
  private static byte[] widened(byte[] list) {
    byte[] as4Path = value(list, AttributeType.AS4_PATH);
    byte[] as4Aggregator = value(list, AttributeType.AS4_AGGREGATOR);
    byte[] wide =
        AttributeList.without(
            AttributeList.without(list, AttributeType.AS4_PATH), AttributeType.AS4_AGGREGATOR);
    byte[] aggregator = value(wide, AttributeType.AGGREGATOR);
    if (aggregator != null) {
      int asn = Octets.getShort(aggregator, 0);
      byte[] value = new byte[8];
      Octets.putInt(value, 0, asn);
      System.arraycopy(aggregator, 2, value, 4, 4);
      if (as4Aggregator != null && asn == TwoOctetAs.AS_TRANS) {
        value = as4Aggregator;
      } else if (as4Aggregator != null) {
        // An old speaker aggregated on the way: what the new ones said before no longer holds.
        as4Path = null;
      }
      int flags = wide[AttributeList.find(wide, AttributeType.AGGREGATOR)];
      wide = AttributeList.with(wide, flags, AttributeType.AGGREGATOR, value);
    }
    byte[] path = value(wide, AttributeType.AS_PATH);
    if (path != null) {
      byte[] value = TwoOctetAs.widened(path, 0, path.length);
      value = as4Path == null ? value : TwoOctetAs.merged(value, as4Path);
      wide = AttributeList.with(wide, AttributeType.TRANSITIVE, AttributeType.AS_PATH, value);
    }
    return wide;
  }

  private static byte @Nullable [] value(byte[] list, int code) {
    int at = AttributeList.find(list, code);
    return at < 0
        ? null
        : Arrays.copyOfRange(list, AttributeList.valueAt(list, at), AttributeList.next(list, at));
  }
}
