package io.holdfast.logstore.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.PeerId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When replication to a member is begun anew. */
final class StallsTest {
  private static final PeerId A = PeerId.parsePeer("127.0.0.1:1");
  private static final PeerId B = PeerId.parsePeer("127.0.0.1:2");
  private static final long LONG = Stalls.PATIENCE.toNanos() + 1;
  private static final long BEGIN = Long.MAX_VALUE - 10; // nanoTime may be anything

  private final Stalls stalls = new Stalls();

  @Test
  void whoStandsStillForAsLongAsThePatienceLasts() {
    assertThat(stalls.look(Map.of(A, 5L, B, 7L), BEGIN, BEGIN)).isEmpty();
    assertThat(stalls.look(Map.of(A, 5L, B, 8L), BEGIN, BEGIN + LONG - 1)).isEmpty();
    assertThat(stalls.look(Map.of(A, 5L, B, 9L), BEGIN, BEGIN + LONG)).containsExactly(A);
    assertThat(stalls.look(Map.of(A, 5L, B, 10L), BEGIN, BEGIN + LONG + 1)).isEmpty();
    assertThat(stalls.look(Map.of(A, 5L, B, 11L), BEGIN, BEGIN + 2 * LONG)).containsExactly(A);
  }

  @Test
  void notWhileAPieceOfASnapshotWasSentLately() {
    assertThat(stalls.look(Map.of(A, 5L), BEGIN, BEGIN)).isEmpty();
    assertThat(stalls.look(Map.of(A, 5L), BEGIN + LONG, BEGIN + LONG)).isEmpty();
    assertThat(stalls.look(Map.of(A, 5L), BEGIN + LONG, BEGIN + 2 * LONG)).containsExactly(A);
  }

  @Test
  void notAMemberThatLacksNothingOrDoesNotAnswerMeanwhile() {
    assertThat(stalls.look(Map.of(A, 5L), BEGIN, BEGIN)).isEmpty();
    assertThat(stalls.look(Map.of(), BEGIN, BEGIN + 1)).isEmpty();
    assertThat(stalls.look(Map.of(A, 5L), BEGIN, BEGIN + LONG)).isEmpty();
  }
}
