package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.capability.Capability;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import java.util.ArrayList;
import java.util.List;

/**
 * An OPEN, RFC 4271 section 4.2, version 4.
 *
 * @param myAs the two-octet field; {@link #AS_TRANS} where the number needs four
 * @param holdTime seconds, 0 or 3–65535
 * @param bgpIdentifier not 0
 * @param capabilities in the order of the message
 */
public record Open(int myAs, int holdTime, int bgpIdentifier, List<Capability> capabilities)
    implements BgpMessage {
  /** RFC 6793: stands in two-octet fields for an AS number that needs four. */
  public static final int AS_TRANS = 23456;

  public Open {
    capabilities = List.copyOf(capabilities);
  }

  /**
   * The OPEN that this speaker sends: multiprotocol for each family, route refresh, four-octet AS.
   *
   * @param asn 1–4294967295
   */
  public static Open of(long asn, int holdTime, int bgpIdentifier, List<AfiSafi> families) {
    List<Capability> capabilities = new ArrayList<>();
    for (AfiSafi family : families) {
      capabilities.add(new Capability.Multiprotocol(family));
    }
    capabilities.add(new Capability.RouteRefresh());
    capabilities.add(new Capability.FourOctetAs(asn));
    return new Open(asn > 0xFFFF ? AS_TRANS : (int) asn, holdTime, bgpIdentifier, capabilities);
  }

  /** The sender's AS number: that of the four-octet capability where there is one. */
  public long asn() {
    for (Capability capability : capabilities) {
      if (capability instanceof Capability.FourOctetAs fourOctet) {
        return fourOctet.asn();
      }
    }
    return myAs;
  }

  /** Whether the four-octet capability was sent. */
  public boolean fourOctetAs() {
    return capabilities.stream().anyMatch(Capability.FourOctetAs.class::isInstance);
  }

  /** Whether route refresh was sent, under either code. */
  public boolean routeRefresh() {
    return capabilities.stream().anyMatch(Capability.RouteRefresh.class::isInstance);
  }

  /** The families announced; IPv4 unicast alone where no multiprotocol capability was sent. */
  public List<AfiSafi> families() {
    List<AfiSafi> families = new ArrayList<>();
    for (Capability capability : capabilities) {
      if (capability instanceof Capability.Multiprotocol multiprotocol
          && !families.contains(multiprotocol.family())) {
        families.add(multiprotocol.family());
      }
    }
    return families.isEmpty() ? List.of(AfiSafi.IPV4_UNICAST) : List.copyOf(families);
  }
}
