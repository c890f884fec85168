package io.holdfast.bgp.wire.capability;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of capabilities: code, name, length, decoder; one line each. */
public record CapabilityType(int code, String name, int length, Decoder decoder) {
  /** RFC 4760. */
  public static final CapabilityType MULTIPROTOCOL =
      new CapabilityType(1, "multiprotocol", 4, CapabilityType::multiprotocol);

  /** RFC 2918. */
  public static final CapabilityType ROUTE_REFRESH =
      new CapabilityType(2, "route-refresh", 0, (in, at) -> new Capability.RouteRefresh());

  /** RFC 6793. */
  public static final CapabilityType FOUR_OCTET_AS =
      new CapabilityType(
          65, "four-octet-as", 4, (in, at) -> new Capability.FourOctetAs(in.getUnsignedInt(at)));

  /** What some speakers send beside or in place of code 2. */
  public static final CapabilityType ROUTE_REFRESH_OLD =
      new CapabilityType(128, "route-refresh-old", 0, (in, at) -> new Capability.RouteRefresh());

  private static final List<CapabilityType> TABLE =
      List.of(MULTIPROTOCOL, ROUTE_REFRESH, FOUR_OCTET_AS, ROUTE_REFRESH_OLD);

  /** Reads a value whose length is right. */
  @FunctionalInterface
  public interface Decoder {
    /** The value starts at {@code index}. */
    Capability decode(ByteBuf in, int index);
  }

  /** The entry for a code, or null. */
  public static @Nullable CapabilityType of(int code) {
    for (CapabilityType type : TABLE) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }

  /** The capability whose value lies at {@code index}; never fails. */
  public static Capability decode(int code, ByteBuf in, int index, int length) {
    CapabilityType type = of(code);
    return type != null && type.length == length
        ? type.decoder.decode(in, index)
        : new Capability.Unknown(code, Bytes.copyOf(in, index, length));
  }

  /** Appends code, length and value. */
  public static void encode(Capability capability, ByteBuf out) {
    out.writeByte(capability.code());
    switch (capability) {
      case Capability.Multiprotocol(AfiSafi family) ->
          out.writeByte(4).writeShort(family.afi()).writeByte(0).writeByte(family.safi());
      case Capability.RouteRefresh() -> out.writeByte(0);
      case Capability.FourOctetAs(long asn) -> out.writeByte(4).writeInt((int) asn);
      case Capability.Unknown(int code, Bytes value) -> {
        out.writeByte(value.length());
        value.writeTo(out);
      }
    }
  }

  private static Capability multiprotocol(ByteBuf in, int index) {
    return new Capability.Multiprotocol(
        new AfiSafi(in.getUnsignedShort(index), in.getUnsignedByte(index + 3)));
  }
}
