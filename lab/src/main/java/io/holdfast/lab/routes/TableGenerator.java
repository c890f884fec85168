package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.attribute.AsPath;
import io.holdfast.bgp.wire.attribute.Origin;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.Prefixes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.collections.LongHashSet;

/**
 * Makes up a table in the shape of the public one: six prefixes in ten are a /24, about six share
 * an attribute set, paths have four hops or so, most sets carry communities. The same for the same
 * seed everywhere.
 */
public final class TableGenerator {
  private static final double PREFIXES_PER_SET = 6;

  /** Prefix lengths, and how many in a thousand have each. */
  private static final int[][] LENGTHS = {
    {24, 600}, {22, 120}, {23, 100}, {21, 50}, {20, 45}, {19, 27}, {16, 15}, {18, 15}, {17, 10},
    {15, 6}, {14, 5}, {13, 3}, {12, 2}, {11, 1}, {10, 1}
  };

  private static final int NEXT_HOP = 0xC633_6401;

  private final SplittableRandom random;
  private final LongHashSet taken = new LongHashSet();
  private final int[] origins = new int[20_000];
  private final int[] transits = new int[400];

  private TableGenerator(long seed) {
    random = new SplittableRandom(seed);
    for (int i = 0; i < origins.length; i++) {
      origins[i] = random.nextInt(4) == 0 ? 131_072 + random.nextInt(280_000) : asn();
    }
    for (int i = 0; i < transits.length; i++) {
      transits[i] = asn();
    }
  }

  private int asn() {
    return 100 + random.nextInt(64_000);
  }

  /** A table of so many prefixes, without the AS and next hop of whoever announces it. */
  public static RouteTable generate(long seed, int prefixes) {
    TableGenerator generator = new TableGenerator(seed);
    List<RouteTable.Group> groups = new ArrayList<>();
    for (int left = prefixes; left > 0; ) {
      Nlri nlri = generator.prefixes(Math.min(left, generator.setSize()));
      groups.add(new RouteTable.Group(generator.attributes(), nlri));
      left -= nlri.size();
    }
    return new RouteTable(groups);
  }

  /** Geometric: many sets have one prefix, a few have dozens. */
  private int setSize() {
    double uniform = 1 - random.nextDouble();
    return 1 + (int) (Math.log(uniform) / Math.log(1 - 1 / PREFIXES_PER_SET));
  }

  private Nlri prefixes(int count) {
    long[] prefixes = new long[count];
    for (int i = 0; i < count; i++) {
      long prefix;
      do {
        prefix = prefix();
      } while (!taken.add(prefix));
      prefixes[i] = prefix;
    }
    return Nlri.of(prefixes);
  }

  private long prefix() {
    int draw = random.nextInt(1000);
    int row = 0;
    while (draw >= LENGTHS[row][1]) {
      draw -= LENGTHS[row][1];
      row++;
    }
    int first;
    do {
      first = 1 + random.nextInt(223);
    } while (first == 10 || first == 127);
    return Prefixes.of(first << 24 | random.nextInt(1 << 24), LENGTHS[row][0]);
  }

  private PathAttributes attributes() {
    PathAttributes.Builder builder =
        PathAttributes.builder()
            .origin(random.nextInt(10) == 0 ? Origin.INCOMPLETE : Origin.IGP)
            .asPath(path())
            .nextHop(NEXT_HOP);
    if (random.nextInt(5) == 0) {
      builder.med(random.nextInt(1000));
    }
    if (random.nextInt(10) != 0) {
      int[] communities = new int[1 + random.nextInt(random.nextInt(1, 12))];
      int owner = transits[random.nextInt(transits.length)];
      for (int i = 0; i < communities.length; i++) {
        communities[i] = owner << 16 | random.nextInt(5000);
      }
      builder.communities(communities);
    }
    return builder.build();
  }

  private AsPath path() {
    int origin = origins[random.nextInt(origins.length)];
    AsPath path = AsPath.EMPTY.prepend(origin, random.nextInt(8) == 0 ? 1 + random.nextInt(4) : 1);
    for (int hops = 1 + random.nextInt(3) + random.nextInt(2); hops > 0; hops--) {
      path = path.prepend(transits[random.nextInt(transits.length)], 1);
    }
    return path;
  }
}
