package io.holdfast.bgp.wire.capability;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.nlri.AfiSafi;

/** A capability announced in an OPEN, RFC 5492. */
public sealed interface Capability {
  /** Capability code, 0–255. */
  int code();

  /** Multiprotocol extensions for one family, RFC 4760 section 8. */
  record Multiprotocol(AfiSafi family) implements Capability {
    @Override
    public int code() {
      return CapabilityType.MULTIPROTOCOL.code();
    }
  }

  /** Route refresh, RFC 2918; the pre-standard code 128 is read as this one. */
  record RouteRefresh() implements Capability {
    @Override
    public int code() {
      return CapabilityType.ROUTE_REFRESH.code();
    }
  }

  /**
   * Four-octet AS numbers, RFC 6793.
   *
   * @param asn the speaker's AS number, 0–4294967295
   */
  record FourOctetAs(long asn) implements Capability {
    @Override
    public int code() {
      return CapabilityType.FOUR_OCTET_AS.code();
    }
  }

  /** One that we do not know, or whose value has the wrong length: kept, and without effect. */
  record Unknown(int code, Bytes value) implements Capability {}
}
