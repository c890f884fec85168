package io.holdfast.failover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings against the plain collections that they must behave like. */
class RingsTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 20261123})
  void heldSegmentsComeOutAsTheyWentInHoweverTheRingGrows(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HeldSegments held = new HeldSegments();
    Queue<int[]> model = new ArrayDeque<>();
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(100) < (i < 10_000 ? 55 : 45)) {
        int[] segment = {random.nextInt(), random.nextInt(), random.nextInt(), random.nextInt(256)};
        held.add(segment[0], segment[1], segment[2], segment[3]);
        model.add(segment);
      } else if (!model.isEmpty()) {
        assertThat(new int[] {held.id(), held.end(), held.ack(), held.flags()})
            .isEqualTo(model.remove());
        held.removeFirst();
      }
      assertThat(held.size()).isEqualTo(model.size());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 20261123})
  void outputComesOutByteForByteHoweverTheRingGrowsAndWraps(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    OutputQueue queue = new OutputQueue();
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer bytes = ByteBuffer.allocateDirect(20_000);
    for (int i = 0; i < 2_000; i++) {
      int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 19_000 : 300);
      byte[] data = new byte[length];
      random.nextBytes(data);
      bytes.put(100, data);
      queue.add(bytes, 100, length);
      in.writeBytes(data);
      while (queue.size() > random.nextInt(60_000)) {
        int n = queue.contiguous(queue.head() + 1 + random.nextInt(9_000));
        byte[] part = new byte[n];
        queue.buffer().get(queue.headIndex(), part);
        out.writeBytes(part);
        queue.consumed(n);
      }
      assertThat(queue.tail()).isEqualTo(in.size());
      assertThat(queue.head()).isEqualTo(out.size());
    }
    while (queue.size() > 0) {
      byte[] part = new byte[queue.contiguous(Long.MAX_VALUE)];
      queue.buffer().get(queue.headIndex(), part);
      out.writeBytes(part);
      queue.consumed(part.length);
    }
    assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
  }
}
