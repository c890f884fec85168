package io.holdfast.bgp.wire.attribute;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.wire.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathAttributesTest {
  private static final PathAttributes FULL =
      PathAttributes.builder()
          .largeCommunities(List.of(new LargeCommunity(4_200_000_001L, 2, 3)))
          .clusterList(7, 8)
          .originatorId(9)
          .communities(0xFDE9_0001, 0xFDE9_0002)
          .extendedCommunities(0x0002_FDE9_0000_0001L)
          .aggregator(new Aggregator(4_200_000_001L, 0x0A00_0001))
          .atomicAggregate(true)
          .localPref(4_294_967_295L)
          .med(3_000_000_000L)
          .nextHop(0x0A4D_0001)
          .asPath(AsPath.sequence(65001, 4_200_000_001L))
          .origin(Origin.EGP)
          .raw(new RawAttribute(0xE0, 200, Bytes.of((byte) 1)))
          .build();

  @Test
  void tellsEveryAttribute() {
    assertThat(FULL.origin()).isEqualTo(Origin.EGP);
    assertThat(FULL.asPath()).hasToString("65001 4200000001");
    assertThat(FULL.asPathLength()).isEqualTo(2);
    assertThat(FULL.neighborAs()).isEqualTo(65001);
    assertThat(FULL.originAs()).isEqualTo(4_200_000_001L);
    assertThat(FULL.asPathOccurrences(65001)).isEqualTo(1);
    assertThat(FULL.nextHop()).isEqualTo(0x0A4D_0001);
    assertThat(FULL.med(0)).isEqualTo(3_000_000_000L);
    assertThat(FULL.localPref(0)).isEqualTo(4_294_967_295L);
    assertThat(FULL.atomicAggregate()).isTrue();
    assertThat(FULL.aggregator()).isEqualTo(new Aggregator(4_200_000_001L, 0x0A00_0001));
    assertThat(FULL.communityCount()).isEqualTo(2);
    assertThat(FULL.community(1)).isEqualTo(0xFDE9_0002);
    assertThat(FULL.extendedCommunities()).containsExactly(0x0002_FDE9_0000_0001L);
    assertThat(FULL.largeCommunities()).containsExactly(new LargeCommunity(4_200_000_001L, 2, 3));
    assertThat(FULL.originatorId(0)).isEqualTo(9);
    assertThat(FULL.clusterListLength()).isEqualTo(2);
    assertThat(FULL.clusterListContains(8)).isTrue();
    assertThat(FULL.clusterListContains(9)).isFalse();
    assertThat(FULL.has(200)).isTrue();
    assertThat(FULL.has(201)).isFalse();
    assertThat(FULL.unknown()).hasSize(1);
  }

  @Test
  void anEmptySetHasNothingAndAsksForNothing() {
    PathAttributes empty = PathAttributes.builder().build();
    assertThat(empty.origin()).isEqualTo(Origin.INCOMPLETE);
    assertThat(empty.asPathLength()).isZero();
    assertThat(empty.nextHop()).isZero();
    assertThat(empty.med(-1)).isEqualTo(-1);
    assertThat(empty.localPref(100)).isEqualTo(100);
    assertThat(empty.neighborAs()).isZero();
    assertThat(empty.originAs()).isZero();
    assertThat(empty.aggregator()).isNull();
    assertThat(empty.communityCount()).isZero();
    assertThat(empty.hasCommunity(0)).isFalse();
    assertThat(empty.clusterListContains(0)).isFalse();
  }

  @Test
  void setsAreEqualHoweverTheyWereMade() {
    PathAttributes again = FULL.toBuilder().med(1).med(3_000_000_000L).build();
    assertThat(again).isEqualTo(FULL).hasSameHashCodeAs(FULL);
    assertThat(FULL.withLocalPref(5)).isNotEqualTo(FULL);
    assertThat(FULL.withNextHop(1).withNextHop(0x0A4D_0001)).isEqualTo(FULL);
  }

  @Test
  void anExportedSetKeepsNothingThatIsOursAlone() {
    PathAttributes exported = FULL.exported(65002, 0x0A4D_0102);
    assertThat(exported.asPath()).hasToString("65002 65001 4200000001");
    assertThat(exported.nextHop()).isEqualTo(0x0A4D_0102);
    assertThat(exported.has(AttributeType.MULTI_EXIT_DISC)).isFalse();
    assertThat(exported.has(AttributeType.LOCAL_PREF)).isFalse();
    assertThat(exported.has(AttributeType.ORIGINATOR_ID)).isFalse();
    assertThat(exported.has(AttributeType.CLUSTER_LIST)).isFalse();
    assertThat(exported.communityCount()).isEqualTo(2);
    assertThat(exported.unknown()).isEqualTo(FULL.unknown());
  }

  @Test
  void prependingOpensANewSegmentWhenOneIsFullOrASet() {
    AsPath full = AsPath.EMPTY.prepend(1, 255);
    assertThat(full.segments()).hasSize(1);
    assertThat(full.prepend(2, 1).segments()).hasSize(2);
    assertThat(full.prepend(2, 1).length()).isEqualTo(256);
    AsPath set = AsPath.of(List.of(new AsPath.Segment(AsPath.SegmentKind.SET, List.of(3L, 4L))));
    assertThat(set.prepend(2, 1)).hasToString("2 {3,4}");
    assertThat(set.prepend(2, 1).length()).isEqualTo(2);
    PathAttributes aggregate = PathAttributes.builder().asPath(set.prepend(2, 1)).build();
    assertThat(aggregate.originAs()).isZero();
    assertThat(aggregate.neighborAs()).isEqualTo(2);
    assertThat(aggregate.asPathLength()).isEqualTo(2);
  }

  @Test
  void aLongPathStandsInAnAttributeOfExtendedLength() {
    PathAttributes set =
        PathAttributes.builder()
            .asPath(AsPath.EMPTY.prepend(65001, 300))
            .nextHop(5)
            .localPref(7)
            .build();
    assertThat(set.asPathLength()).isEqualTo(300);
    assertThat(set.nextHop()).isEqualTo(5);
    assertThat(set.localPref(0)).isEqualTo(7);
    assertThat(set.originAs()).isEqualTo(65001);
  }
}
