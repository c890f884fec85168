package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.SessionOptions;
import io.holdfast.bgp.wire.message.UpdatePacker;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What one router announces: attribute sets with their IPv4 prefixes. Immutable. */
public final class RouteTable {
  private final List<Group> groups;
  private final int size;

  /** Prefixes that share an attribute set. */
  public record Group(PathAttributes attributes, Nlri prefixes) {}

  /** Of groups, no prefix in two of them. */
  public RouteTable(List<Group> groups) {
    this.groups = List.copyOf(groups);
    this.size = groups.stream().mapToInt(group -> group.prefixes().size()).sum();
  }

  /** The groups, in the order in which they are announced. */
  public List<Group> groups() {
    return groups;
  }

  /** Number of prefixes. */
  public int size() {
    return size;
  }

  /** The table with every attribute set changed. */
  public RouteTable map(UnaryOperator<PathAttributes> change) {
    List<Group> changed = new ArrayList<>(groups.size());
    for (Group group : groups) {
      changed.add(new Group(change.apply(group.attributes()), group.prefixes()));
    }
    return new RouteTable(changed);
  }

  /** The table as a router of the AS announces it to an external peer. */
  public RouteTable announcedBy(long asn, int nextHop) {
    return map(set -> set.toBuilder().removeInternal().prepend(asn, 1).nextHop(nextHop).build());
  }

  /** The first prefixes of the table, at most {@code count}. */
  public RouteTable first(int count) {
    List<Group> some = new ArrayList<>();
    int left = count;
    for (Group group : groups) {
      int take = Math.min(left, group.prefixes().size());
      if (take > 0) {
        some.add(new Group(group.attributes(), Nlri.copyOf(group.prefixes().toArray(), 0, take)));
      }
      left -= take;
    }
    return new RouteTable(some);
  }

  /** Whole UPDATE messages that announce everything, one after the other. */
  public byte[] announcements(SessionOptions options) {
    ByteBuf out = Unpooled.buffer(1 << 20);
    for (Group group : groups) {
      UpdatePacker.announce(
          group.attributes(), group.prefixes().toArray(), 0, group.prefixes().size(), options, out);
    }
    return bytes(out);
  }

  /** Whole UPDATE messages that withdraw everything. */
  public byte[] withdrawals(SessionOptions options) {
    ByteBuf out = Unpooled.buffer(1 << 20);
    long[] all = new long[size];
    int at = 0;
    for (Group group : groups) {
      for (int i = 0; i < group.prefixes().size(); i++) {
        all[at++] = group.prefixes().prefix(i);
      }
    }
    UpdatePacker.withdraw(all, 0, size, options, out);
    return bytes(out);
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  /** A number that two tables share when they hold the same routes; see {@link TableDigest}. */
  public long digest() {
    TableDigest digest = new TableDigest();
    for (Group group : groups) {
      group.prefixes().forEach(prefix -> digest.add(prefix, group.attributes()));
    }
    return digest.value();
  }
}
