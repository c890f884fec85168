package io.holdfast.failover.north;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.replication.MemberConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The channel over the log on disk, as in the daemon. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiskDeliveryTest {
  @TempDir Path folder;
  private final Queue<String> alarms = new ConcurrentLinkedQueue<>();

  @Test
  void playsTheLogOnDiskAndGoesOnLive() throws IOException {
    Path socket = folder.resolve("north.sock");
    HandMadePipeline pipeline = new HandMadePipeline();
    Random random = new Random(7);
    try (Log log =
            OwnedLog.open(
                Member.start(MemberConfig.alone(folder.resolve("log"), false), null)
                    .backend(Duration.ofSeconds(20)),
                "test");
        NorthServer server =
            NorthServer.open(socket, log, pipeline, Admission.standard(), alarms::add)) {
      long start = log.appended();
      List<Long> expected = new ArrayList<>(append(log, random, 3_000));
      server.committed(log.committed());
      pipeline.onAttach = channel -> server.welcome(channel, 1, start, start);
      try (FoldingSpeaker speaker = new FoldingSpeaker(socket, "disk", Integer.MAX_VALUE / 4)) {
        for (int i = 0; i < 500; i++) {
          expected.addAll(append(log, random, 3));
          server.committed(log.committed());
        }
        await().until(() -> speaker.positions.size() >= expected.size());
        assertThat(speaker.positions).containsExactlyElementsOf(expected);
      }
    }
    assertThat(alarms).isEmpty();
  }

  private static List<Long> append(Log log, Random random, int count) {
    List<Long> positions = new ArrayList<>();
    ByteBuffer payload = ByteBuffer.allocate(20_000);
    for (int i = 0; i < count; i++) {
      positions.add(
          log.append(RecordKind.RECEIVED, 1, 0, 1, 0, payload, 0, random.nextInt(20_000)));
    }
    log.flush();
    return positions;
  }
}
