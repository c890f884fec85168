package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.attribute.Aggregator;
import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.LargeCommunity;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.attribute.RawAttribute;
import io.holdfast.bgp.wire.capability.Capability;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Messages for tests: from hexadecimal text, as hexadecimal text, and at random. */
final class Messages {
  static final SessionOptions WIDE = SessionOptions.of(true, true);
  static final SessionOptions NARROW = SessionOptions.of(false, true);
  static final SessionOptions EXTERNAL = SessionOptions.of(true, false);

  private Messages() {}

  static Decoded decode(String hex, SessionOptions options) {
    return MessageCodec.decode(bytes(hex), options);
  }

  static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replaceAll("\\s", "")));
  }

  static String hex(BgpMessage message, SessionOptions options) {
    return ByteBufUtil.hexDump(encoded(message, options));
  }

  static ByteBuf encoded(BgpMessage message, SessionOptions options) {
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(message, options, out);
    return out;
  }

  /** An UPDATE around the three fields, lengths filled in. */
  static ByteBuf update(String withdrawn, String attributes, String nlri) {
    ByteBuf w = bytes(withdrawn);
    ByteBuf a = bytes(attributes);
    ByteBuf n = bytes(nlri);
    ByteBuf out = Unpooled.buffer();
    out.writeLong(-1).writeLong(-1);
    out.writeShort(23 + w.readableBytes() + a.readableBytes() + n.readableBytes()).writeByte(2);
    out.writeShort(w.readableBytes()).writeBytes(w);
    out.writeShort(a.readableBytes()).writeBytes(a).writeBytes(n);
    return out;
  }

  static BgpMessage random(RandomGenerator random) {
    return switch (random.nextInt(10)) {
      case 0 -> open(random);
      case 1 ->
          new Notification(
              random.nextInt(1, 9), random.nextInt(12), raw(random, random.nextInt(9)));
      case 2 -> new Keepalive();
      case 3 -> new RouteRefresh(AfiSafi.IPV4_UNICAST, random.nextInt(3));
      default -> update(random);
    };
  }

  static Open open(RandomGenerator random) {
    List<Capability> capabilities = new ArrayList<>();
    capabilities.add(new Capability.Multiprotocol(AfiSafi.IPV4_UNICAST));
    capabilities.add(new Capability.RouteRefresh());
    capabilities.add(new Capability.FourOctetAs(asn(random)));
    for (int i = random.nextInt(6); i > 0; i--) {
      capabilities.add(new Capability.Unknown(70 + i, raw(random, random.nextInt(100))));
    }
    return new Open(
        random.nextInt(1, 65536), 3 + random.nextInt(300), 1 + random.nextInt(9), capabilities);
  }

  static Update update(RandomGenerator random) {
    Nlri announced = nlri(random, random.nextInt(20));
    return new Update(
        nlri(random, announced.isEmpty() ? 1 + random.nextInt(9) : random.nextInt(9)),
        announced.isEmpty() ? null : attributes(random),
        announced,
        null,
        List.of());
  }

  static Nlri nlri(RandomGenerator random, int count) {
    long[] prefixes = new long[count];
    for (int i = 0; i < count; i++) {
      prefixes[i] = Prefixes.of(random.nextInt(), random.nextInt(33));
    }
    return Nlri.of(prefixes);
  }

  static PathAttributes attributes(RandomGenerator random) {
    PathAttributes.Builder builder =
        PathAttributes.builder()
            .origin(Origin.of(random.nextInt(3)))
            .asPath(path(random))
            .nextHop(0x0A000001 + random.nextInt(1 << 16));
    if (random.nextBoolean()) {
      builder.med(random.nextLong(1L << 32));
    }
    if (random.nextBoolean()) {
      builder.localPref(random.nextLong(1L << 32));
    }
    builder.atomicAggregate(random.nextBoolean());
    if (random.nextBoolean()) {
      builder.aggregator(new Aggregator(asn(random), random.nextInt()));
    }
    builder.communities(random.ints(random.nextInt(90)).toArray());
    builder.extendedCommunities(random.longs(random.nextInt(4)).toArray());
    if (random.nextBoolean()) {
      builder.largeCommunities(List.of(new LargeCommunity(asn(random), 1, 0xFFFF_FFFFL)));
    }
    if (random.nextBoolean()) {
      builder.originatorId(random.nextInt()).clusterList(1, 2, 3);
    }
    if (random.nextBoolean()) {
      builder.raw(new RawAttribute(0xE0, 99, raw(random, random.nextInt(400))));
    }
    return builder.build();
  }

  private static AsPath path(RandomGenerator random) {
    AsPath path = AsPath.EMPTY;
    if (random.nextInt(4) == 0) {
      path =
          AsPath.of(
              List.of(
                  new AsPath.Segment(AsPath.SegmentKind.SET, List.of(asn(random), asn(random)))));
    }
    for (int i = random.nextInt(8); i > 0; i--) {
      path = path.prepend(asn(random), 1 + random.nextInt(3));
    }
    return path;
  }

  private static long asn(RandomGenerator random) {
    return random.nextBoolean() ? 1 + random.nextInt(65535) : 1 + random.nextLong(0xFFFF_FFFEL);
  }

  private static Bytes raw(RandomGenerator random, int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return Bytes.of(octets);
  }
}
